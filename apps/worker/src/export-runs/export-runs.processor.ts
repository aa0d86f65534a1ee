import type { QueueJobs } from '@audience-relay/queue';
import { queues } from '@audience-relay/queue';
import { Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';
import { RunWorker } from './run-worker.service';

/** Receives wake-up signals; whether and how the run continues is in the database. */
@Processor('export-runs')
export class ExportRunsProcessor {
  private readonly logger = new Logger(ExportRunsProcessor.name);

  constructor(private readonly worker: RunWorker) {}

  @Process({ concurrency: queues['export-runs'].concurrency })
  async run({ data: { runId, dispatch } }: Job<QueueJobs['export-runs']>): Promise<void> {
    try {
      await this.worker.work(runId, dispatch);
    } catch (error) {
      // The database is away: the lease runs out and the reconciler brings the run back.
      this.logger.error(`Run ${runId} was left: ${(error as Error).name}`);
    }
  }
}
