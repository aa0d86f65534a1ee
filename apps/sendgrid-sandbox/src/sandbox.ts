import { randomInt, randomUUID } from 'node:crypto';
import { Faults } from './faults/faults';
import { RateLimits } from './rate-limits';
import { RequestLog } from './request-log';
import type { Duration, Settings, SettingsPatch } from './settings';
import { defaultSettings, mergeSettings } from './settings';
import type { Payload } from './state/account';
import { Account } from './state/account';
import type { Job, JobFate, JobWork } from './state/job';
import type { Entry } from './state/journal';
import { Journal } from './state/journal';
import type { Operation } from './state/operation';
import type { Random } from './state/random';
import { createRandom } from './state/random';

/** Compaction is worth its time only for files that grew by this much, and by more than they hold. */
const COMPACT_AFTER_BYTES = 64 * 1024 * 1024;
/** And it waits until nobody changed anything for this long. */
const IDLE_MS = 10_000;

export interface SandboxOptions {
  /** File that keeps the account across restarts; without it everything is in memory only. */
  stateFile?: string;
  settings?: SettingsPatch;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
  /** Start of the draw of job durations. */
  seed?: number;
}

export interface NewJob {
  work: JobWork;
  /** Contacts that the request names. */
  requested: number;
  /** Name of the endpoint that starts it, for faults. */
  endpoint: string;
  id?: string;
  /** What becomes of it, when that is already known. */
  fate?: JobFate;
}

/** The account with what surrounds it: its file, its jobs on their way, the faults and the request log. */
export class Sandbox {
  account: Account;
  readonly settings: Settings;
  readonly log = new RequestLog();
  readonly faults: Faults;
  readonly rates: RateLimits;
  readonly now: () => number;
  private readonly initialSettings: Settings;
  private readonly journal: Journal | undefined;
  private readonly seed: number;
  private readonly random: Random;
  private readonly timers = new Set<NodeJS.Timeout>();
  private lastApplyAt = 0;
  private compacting: Promise<void> | undefined;
  private idle: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(options: SandboxOptions = {}) {
    this.now = options.now ?? Date.now;
    this.initialSettings = mergeSettings(defaultSettings(), options.settings ?? {});
    this.settings = structuredClone(this.initialSettings);
    this.seed = options.seed ?? randomInt(2 ** 32);
    this.random = createRandom(this.seed);
    this.faults = new Faults(this.now);
    this.rates = new RateLimits(this.now);
    this.account = new Account(this.seed);
    this.journal = options.stateFile ? new Journal(options.stateFile) : undefined;
  }

  /** Reads the state file, and takes up the jobs that were on their way. */
  async open(): Promise<void> {
    if (!this.journal) return;
    await this.journal.open(({ operation, payload }: Entry) =>
      this.account.execute(operation, payload && (JSON.parse(payload.toString('utf8')) as Payload)),
    );
    if (this.journal.size === 0) await this.commit({ op: 'account', seed: this.seed });
    for (const job of this.account.pendingJobs()) {
      this.lastApplyAt = Math.max(this.lastApplyAt, job.applyAt);
      this.schedule(job);
    }
    await this.compactIfWorthwhile();
  }

  /** Carries out a change and resolves when it is in the state file. */
  async commit(operation: Operation, payload?: Payload, raw?: Buffer): Promise<void> {
    while (this.compacting) await this.compacting;
    this.commitNow(operation, payload, raw);
    await this.journal?.flushed();
  }

  /** Accepts work that is done later, and resolves with the job's id when it is in the state file. */
  async startJob({ work, requested, endpoint, id = randomUUID(), fate: known }: NewJob): Promise<string> {
    while (this.compacting) await this.compacting;
    const now = this.now();
    const { fate, extraMs } = this.fateOf(endpoint);
    const { applyMs, finishMs } = this.settings.timings;
    let applyAt = now + extraMs + this.draw(applyMs);
    if (this.settings.jobOrder === 'accepted') applyAt = Math.max(applyAt, this.lastApplyAt);
    this.lastApplyAt = Math.max(this.lastApplyAt, applyAt);
    const job: Job = {
      id,
      type: work.kind === 'upsert' ? 'upsert_contacts' : 'delete',
      work,
      fate: known ?? fate,
      status: 'pending',
      requested,
      created: 0,
      updated: 0,
      deleted: 0,
      errors: [],
      applied: false,
      startedAt: now,
      applyAt,
      finishAt: Math.max(applyAt, now + extraMs + this.draw(finishMs)),
    };
    this.commitNow({ op: 'job', job });
    this.schedule(job);
    await this.journal?.flushed();
    return id;
  }

  changeSettings(patch: SettingsPatch): void {
    Object.assign(this.settings, mergeSettings(this.settings, patch));
  }

  /** Back to an empty account, with no faults, and the settings of the start. */
  async reset(): Promise<void> {
    while (this.compacting) await this.compacting;
    this.stopTimers();
    this.account = new Account(this.seed);
    Object.assign(this.settings, structuredClone(this.initialSettings));
    this.faults.clear();
    this.rates.clear();
    this.log.clear();
    this.lastApplyAt = 0;
    await this.compact();
  }

  /** Rewrites the state file as short as it can be, when that saves enough. */
  async compactIfWorthwhile(): Promise<void> {
    const { journal } = this;
    if (!journal || journal.grownBytes < Math.max(COMPACT_AFTER_BYTES, journal.size / 2)) return;
    await this.compact();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopTimers();
    while (this.compacting) await this.compacting;
    await this.journal?.close();
  }

  /** Waits for a duration; a wait that outlives the sandbox ends with it. */
  pause(duration: Duration): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.draw(duration)).unref());
  }

  /** Milliseconds drawn from a duration. */
  draw(duration: Duration): number {
    if (typeof duration === 'number') return duration;
    const [shortest, longest] = duration;
    return Math.round(shortest + this.random() * (longest - shortest));
  }

  private commitNow(operation: Operation, payload?: Payload, raw?: Buffer): void {
    this.account.execute(operation, payload);
    if (!this.journal) return;
    this.journal.append({ operation, payload: raw ?? (payload && Buffer.from(JSON.stringify(payload))) });
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.inBackground(() => this.compactIfWorthwhile()), IDLE_MS);
    this.idle.unref();
  }

  /** Changes wait while the file is rewritten; reads do not. */
  async compact(): Promise<void> {
    while (this.compacting) await this.compacting;
    const { journal, account } = this;
    if (!journal) return;
    const entries = function* (): Generator<Entry> {
      for (const { operation, payload } of account.snapshot()) {
        yield { operation, payload: payload && Buffer.from(JSON.stringify(payload)) };
      }
    };
    this.compacting = journal.replace(entries()).finally(() => (this.compacting = undefined));
    await this.compacting;
  }

  private fateOf(endpoint: string): { fate: JobFate; extraMs: number } {
    let fate: JobFate = { kind: 'normal' };
    let extraMs = 0;
    for (const fault of this.faults.forJob(endpoint)) {
      if (fault.kind === 'job-slow') extraMs += fault.ms;
      else if (fault.kind === 'job-stuck') fate = { kind: 'stuck', applies: fault.applies ?? false };
      else fate = { kind: 'failed', reason: fault.reason ?? 'the job could not be processed' };
    }
    return { fate, extraMs };
  }

  private schedule(job: Job): void {
    const { id, fate } = job;
    const applies = fate.kind !== 'stuck' || fate.applies;
    if (!job.applied && applies) {
      this.later(job.applyAt, async () => {
        const { maxContacts } = this.settings;
        await this.commit({ op: 'job.apply', id, at: this.now(), maxContacts });
      });
    }
    if (fate.kind !== 'stuck') {
      this.later(job.finishAt, async () => {
        const status = fate.kind === 'failed' ? 'failed' : 'pending';
        await this.commit({ op: 'job.finish', id, at: this.now(), status });
      });
    }
  }

  private later(at: number, work: () => Promise<void>): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.inBackground(work);
      },
      Math.max(0, at - this.now()),
    );
    this.timers.add(timer);
  }

  /** Work that no request waits for; what goes wrong in it must still be seen. */
  private inBackground(work: () => Promise<void>): void {
    if (this.closed) return;
    work().catch((error: unknown) => process.stderr.write(`SendGrid sandbox: ${String(error)}\n`));
  }

  private stopTimers(): void {
    clearTimeout(this.idle);
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
