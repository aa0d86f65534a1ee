import type { QueueOptions } from 'bull';

/** What a job carries: ids only. No names, no addresses, no keys. */
export interface QueueJobs {
  'export-runs': { runId: string; dispatch: number };
  'segment-refresh': { segmentId: string };
}

export type QueueName = keyof QueueJobs;

interface QueueSettings {
  /** Jobs one worker process works on at once. */
  concurrency: number;
  options: Required<Pick<QueueOptions, 'defaultJobOptions' | 'settings'>>;
}

/**
 * Bull only delivers wake-up signals: it never retries (the run does), never judges a job stalled twice (the run's lease does) and
 * keeps nothing of an ended job, so that a job's id can be used again.
 */
const saysGo: QueueSettings['options'] = {
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  settings: { maxStalledCount: 0, stalledInterval: 30_000, lockDuration: 60_000 },
};

/** Every queue with its whole configuration: a queue without one does not compile. */
export const queues: Record<QueueName, QueueSettings> = {
  'export-runs': { concurrency: 4, options: saysGo },
  'segment-refresh': { concurrency: 2, options: saysGo },
};

export const queueNames = Object.keys(queues) as QueueName[];
