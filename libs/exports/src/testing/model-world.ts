import { defaultRemovalLimit, noCounts, type RemovalLimit, type RunCounts } from '@audience-relay/contracts';
import {
  defineDestination,
  type Destination,
  DestinationError,
  type MappedRow,
  type RowIssue,
} from '@audience-relay/destinations/core';
import { confirmRun } from '../confirm-run';
import { compareIds, mergeRanges } from '../id-order';
import { deliverRun } from '../deliver-run';
import { Stop, type Outcome } from '../outcome';
import type {
  Fence,
  HandleAwaiting,
  IdRange,
  IssueWrite,
  Ledger,
  LedgerRow,
  Listing,
  Member,
  MemberReader,
  RunPhase,
  RunPlan,
  RunProgress,
  RunRemovals,
} from '../ports';

/** Thrown by the model to end a claim as `kill -9` does: nothing after it is written. */
class Crash extends Error {}

export interface ModelRun {
  id: string;
  epoch: number;
  phase: RunPhase;
  ranges: IdRange[];
  inFlight: (IdRange & { seq: number; requests: number; failed: boolean })[];
  awaiting: HandleAwaiting[];
  /** Batches that were begun and never settled. */
  interrupted: (IdRange & { seq: number })[];
  requests: number;
  failedRequests: number;
  nextSeq: number;
  total: number | null;
  listing: Listing | null;
  unmanaged: number | null;
  removals: RunRemovals | null;
  approvedRemovals: string | null;
  counts: RunCounts;
  ended: boolean;
}

interface StoredRow extends LedgerRow {
  epoch: number;
}

/** What goes wrong at which step. A step is one call to the destination, the ledger or the run. */
export interface Faults {
  /** Steps at which the worker dies. */
  crashAt?: ReadonlySet<number>;
  /** Steps at which the destination answers with this failure (when it is the one that is called). */
  failAt?: ReadonlyMap<number, 'retryable' | 'rate-limited'>;
  /** What happens to the people while a run is under way, at which steps. */
  happens?: ReadonlyMap<number, () => void>;
  /** Identities that the destination refuses, naming them or not. */
  refuse?: ReadonlySet<string>;
  unnamed?: boolean;
  /** So often it is still gathering when it is asked who is on the list. */
  gathering?: number;
  /** Identities whose removal it fails after having accepted it, with all others of the same request. */
  keep?: ReadonlySet<string>;
  /** Identities that it refuses after having accepted the batch. */
  refuseLate?: ReadonlySet<string>;
}

/** Members read at a time. */
const membersPage = 7;
const ledgerPage = 5;
const peoplePage = 4;

/** Small enough that a handful of people make several batches. */
const limits = {
  maxRecords: 4,
  maxBytes: 400,
  envelopeBytes: 10,
  separatorBytes: 1,
  concurrency: 2,
  maxRemovals: 3,
};

/**
 * A whole system in memory, as simple as it can be while keeping the ports' promises: profiles, a ledger, runs with
 * fences, and a destination that holds a list. Tests compare what the engine leaves in it with what must be true.
 */
export class ModelWorld {
  readonly profiles = new Map<string, string>();
  /** Members of another export that delivers to the same list. */
  readonly othersProfiles = new Map<string, string>();
  /** What the destination holds: identity -> content. */
  readonly list = new Map<string, string>();
  readonly ledgerRows = new Map<string, StoredRow>();
  readonly runs: ModelRun[] = [];
  issues = new Map<string, IssueWrite>();
  requests = 0;
  faults: Faults = {};
  asynchronous = false;
  /** Exports take unmanaged contacts off the list, too. */
  removeUnmanaged = false;
  removalLimit: RemovalLimit = defaultRemovalLimit;
  /** Calls to destination, ledger and run so far. */
  steps = 0;
  private readonly removals = new Map<string, string[]>();
  private gathered = 0;
  private jobs = new Map<string, { identity: string; content: string; before: string | undefined }[]>();

  /** Runs the export to its end, claiming it again after every crash and wait. @returns The run's last state. */
  async export(
    mode: 'upsert' | 'mirror',
    scope: 'changes' | 'everyone' = 'changes',
    approvedRemovals: string | null = null,
  ): Promise<ModelRun> {
    this.healLedger();
    const run: ModelRun = {
      id: `run${this.runs.length + 1}`,
      epoch: 0,
      phase: 'send',
      ranges: [{ from: null, to: null }],
      inFlight: [],
      awaiting: [],
      interrupted: [],
      requests: 0,
      failedRequests: 0,
      nextSeq: 1,
      total: null,
      listing: null,
      unmanaged: null,
      removals: null,
      approvedRemovals,
      counts: { ...noCounts },
      ended: false,
    };
    this.runs.push(run);
    this.issues = new Map();
    for (let claims = 1; !run.ended; claims += 1) {
      if (claims > 200) throw new Error('The run does not come to an end');
      await this.claim(run, mode, scope);
    }
    return run;
  }

  /** A person approves what a held run would have taken off; does nothing for another run. @returns The run that ends it. */
  async approve(run: ModelRun, mode: 'upsert' | 'mirror' = 'mirror'): Promise<ModelRun> {
    if (!run.removals?.held) return run;
    return this.export(mode, 'changes', run.removals.digest);
  }

  private async claim(run: ModelRun, mode: RunPlan['mode'], scope: RunPlan['scope']): Promise<void> {
    run.epoch += 1;
    run.ranges = mergeRanges([...run.inFlight, ...run.ranges]);
    for (const { requests, failed } of run.inFlight) if (!failed) run.failedRequests += requests;
    run.interrupted.push(...run.inFlight);
    run.inFlight = [];
    const fence: Fence = { runId: run.id, epoch: run.epoch };
    // Stands for the process: once it is dead, nothing it still has under way can write.
    const life = { dead: false };
    const hard = new AbortController();
    const step = () => {
      this.steps += 1;
      this.faults.happens?.get(this.steps)?.();
      if (life.dead) throw new Crash();
      if (this.faults.crashAt?.has(this.steps)) {
        life.dead = true;
        hard.abort(new Stop('superseded'));
        throw new Crash();
      }
    };
    const destination = this.destination(step);
    const ports = {
      members: this.members(),
      others: [{ mapping, members: this.members(this.othersProfiles) }],
      ledger: this.ledger(step),
      progress: this.progress(run, step),
      rates: { reserve: () => Promise.resolve(0), report: () => Promise.resolve() },
    };
    const context = { connection: {}, settings: {}, mapping, runId: run.id, dryRun: false };
    const stopping = new AbortController().signal;
    const outcome: Outcome = await deliverRun(
      {
        plan: {
          connectionId: 'c',
          mapping,
          contentKey: 'k',
          mode,
          removeUnmanaged: mode === 'mirror' && this.removeUnmanaged,
          scope,
          hardLimit: null,
          removalLimit: this.removalLimit,
          approvedRemovals: run.approvedRemovals,
          retry: false,
        },
        state: {
          fence,
          phase: run.phase,
          ranges: [...run.ranges],
          nextSeq: run.nextSeq,
          counts: { ...run.counts },
          total: run.total,
          resumed: run.epoch > 1,
          awaiting: run.awaiting,
          listing: run.listing,
          removals: run.removals,
        },
        destination,
        context,
        stopping,
        signal: hard.signal,
      },
      ports,
    );
    if (life.dead || outcome.kind === 'waiting') return;
    if (outcome.kind !== 'delivered') throw new Error(`Unexpected outcome ${JSON.stringify(outcome)}`);
    const verdict = await confirmRun(
      {
        fence,
        plan: { connectionId: 'c' },
        awaiting: [...run.awaiting],
        destination,
        context,
        stopping,
        signal: hard.signal,
      },
      ports,
    );
    if (!life.dead && verdict.kind === 'confirmed') run.ended = true;
  }

  /** What a run that begins now must find of its members, whatever happens to it. */
  expected(): Pick<RunCounts, 'added' | 'changed' | 'unchanged' | 'skipped'> {
    this.healLedger();
    const counts = { added: 0, changed: 0, unchanged: 0, skipped: 0 };
    const taken = new Set<string>();
    for (const [id, mail] of [...this.profiles].sort(([a], [b]) => compareIds(a, b))) {
      const known = this.ledgerRows.get(id);
      if (!mail.includes('@') || taken.has(mail)) counts.skipped += 1;
      else if (!known || (known.hash === '' && known.added)) counts.added += 1;
      else counts[known.hash !== '' && known.identity === mail ? 'unchanged' : 'changed'] += 1;
      taken.add(mail);
    }
    return counts;
  }

  private healLedger(): void {
    for (const run of this.runs) {
      for (const batch of [...run.inFlight, ...run.awaiting, ...run.interrupted])
        this.markRowsUncertain(run.id, batch.seq, batch);
      run.interrupted = [];
      run.inFlight = [];
      run.awaiting = [];
    }
  }

  private members(mails: ReadonlyMap<string, string> = this.profiles): MemberReader {
    const ids = () => [...mails.keys()].sort(compareIds);
    return {
      read: async function* (range) {
        const rest = ids().filter((id) => inRange(id, range));
        for (let start = 0; start < rest.length; start += membersPage) {
          yield rest
            .slice(start, start + membersPage)
            .map<Member>((id) => ({ id, fields: { mail: mails.get(id) ?? null } }));
        }
      },
      count: () => Promise.resolve(mails.size),
    };
  }

  private ledger(step: () => void): Ledger {
    const rows = () => [...this.ledgerRows.values()].sort((a, b) => compareIds(a.profileId, b.profileId));
    return {
      read: async function* (range) {
        const found = rows().filter(({ profileId }) => inRange(profileId, range));
        for (let start = 0; start < found.length; start += ledgerPage)
          yield found.slice(start, start + ledgerPage);
      },
      write: async (fence, seq, writes) => {
        for (const { profileId, hash, identity, added, unchanged, remoteId } of writes) {
          step();
          const known = this.ledgerRows.get(profileId);
          if (known && known.runId === fence.runId && known.epoch > fence.epoch) continue;
          this.ledgerRows.set(profileId, {
            profileId,
            hash,
            identity,
            added,
            unchanged,
            remoteId: remoteId ?? known?.remoteId,
            seq,
            runId: fence.runId,
            epoch: fence.epoch,
          });
        }
      },
      revert: async (runId, seq, range, ids) => {
        for (const row of rows()) {
          if (row.runId !== runId || row.seq !== seq || !inRange(row.profileId, range)) continue;
          if (ids !== 'all' && !ids.includes(row.profileId)) continue;
          step();
          if (row.added) this.ledgerRows.delete(row.profileId);
          else this.ledgerRows.set(row.profileId, { ...row, hash: '' });
        }
      },
      markUncertain: async (runId, seq, range) => {
        step();
        this.markRowsUncertain(runId, seq, range);
      },
      drop: async (ids) => {
        step();
        for (const id of ids) this.ledgerRows.delete(id);
      },
    };
  }

  private markRowsUncertain(runId: string, seq: number, range: IdRange): void {
    for (const [id, row] of this.ledgerRows) {
      if (row.runId === runId && row.seq === seq && inRange(id, range))
        this.ledgerRows.set(id, { ...row, hash: '' });
    }
  }

  private progress(run: ModelRun, step: () => void): RunProgress {
    const write = (fence: Fence, change: () => void, guard = true) => {
      step();
      if (run.epoch !== fence.epoch || !guard) return Promise.resolve(false);
      change();
      return Promise.resolve(true);
    };
    const count = (change: Partial<RunCounts>) => {
      for (const [name, by] of Object.entries(change)) run.counts[name as keyof RunCounts] += by;
    };
    return {
      setTotal: async (fence, total) => write(fence, () => (run.total = total)),
      beginBatch: async (fence, batch, ranges) =>
        write(fence, () => {
          run.inFlight.push({ ...batch, requests: 0, failed: false });
          run.nextSeq = batch.seq + 1;
          run.ranges = [...ranges];
        }),
      beginRequest: async (fence, seq) => {
        const batch = run.inFlight.find((one) => one.seq === seq);
        return write(
          fence,
          () => {
            run.requests += 1;
            if (batch) batch.requests += 1;
          },
          batch !== undefined,
        );
      },
      failBatch: async (fence, { seq, furtherRequests }) => {
        const batch = run.inFlight.find((one) => one.seq === seq);
        return write(
          fence,
          () => {
            if (!batch) return;
            batch.requests += furtherRequests;
            batch.failed = true;
            run.requests += furtherRequests;
            run.failedRequests += batch.requests;
          },
          batch !== undefined,
        );
      },
      settleBatch: async (fence, batch, counts, handles) =>
        write(
          fence,
          () => {
            run.requests += batch.requests - batch.begunRequests;
            run.inFlight = run.inFlight.filter(({ seq }) => seq !== batch.seq);
            run.awaiting.push(...handles);
            count(counts);
          },
          run.inFlight.some(({ seq }) => seq === batch.seq),
        ),
      advance: async (fence, ranges, counts) =>
        write(fence, () => {
          run.ranges = [...ranges];
          count(counts);
        }),
      setListing: async (fence, listing) => write(fence, () => (run.listing = listing)),
      endListing: async (fence, unmanaged) =>
        write(fence, () => {
          run.listing = null;
          run.unmanaged = unmanaged;
        }),
      beginRemoval: async (fence, removals, ranges) =>
        write(fence, () => {
          run.phase = 'remove';
          run.removals = removals;
          run.ranges = [...ranges];
        }),
      holdRemovals: async (fence, removals) => write(fence, () => (run.removals = removals)),
      settleHandle: async (fence, { handle }, counts) =>
        write(
          fence,
          () => {
            run.awaiting = run.awaiting.filter((awaited) => awaited.handle !== handle);
            count(counts);
          },
          run.awaiting.some((awaited) => awaited.handle === handle),
        ),
      countPoll: async (fence) => write(fence, () => undefined),
      writeIssues: async (_fence, issues) => {
        step();
        for (const issue of issues) this.issues.set(`${issue.profileId}/${issue.code}`, issue);
        return true;
      },
    };
  }

  private destination(step: () => void): Destination {
    const fail = () => {
      const kind = this.faults.failAt?.get(this.steps);
      if (kind) throw new DestinationError({ kind, code: kind, message: 'Model failure.' });
    };
    return defineDestination({
      key: 'model',
      name: 'Model',
      description: 'In memory',
      connection: { fields: {} },
      settings: { fields: {} },
      mapping: {
        fields: { email: { type: 'text', label: 'E-mail', required: true, maxLength: 60, format: 'email' } },
        identity: 'email',
      },
      capabilities: { modes: ['upsert', 'mirror'], confirmation: this.asynchronous ? 'async' : 'sync' },
      limits,
      test: () => Promise.resolve({ missingScopes: [] }),
      prepare: () => Promise.resolve(null),
      encode: (row: MappedRow) => Buffer.from(JSON.stringify(row.identity)),
      preview: () => ({ method: 'PUT', url: 'model:', headers: {}, body: '' }),
      send: async ({ records }) => {
        step();
        fail();
        this.requests += 1;
        const identities = records.map((record) => JSON.parse(Buffer.from(record).toString()) as string);
        const refused = identities.flatMap<RowIssue>((identity, index) =>
          this.faults.refuse?.has(identity) ? [{ index, code: 'refused', message: 'Refused.' }] : [],
        );
        if (refused.length > 0) {
          const named = this.faults.unnamed ? [] : refused;
          return { status: 'refused', rejected: named, code: 'refused', message: 'A row was refused.' };
        }
        const before = identities.map((identity) => ({
          identity,
          content: identity,
          before: this.list.get(identity),
        }));
        for (const identity of identities) this.list.set(identity, identity);
        const handle = `job${this.requests}`;
        if (this.asynchronous) this.jobs.set(handle, before);
        // Dying after the destination took the batch and before anybody wrote that down is the worst moment.
        step();
        return { status: 'accepted', rejected: [], ...(this.asynchronous ? { handle } : {}) };
      },
      listPeople: async (cursor) => {
        step();
        fail();
        if (cursor === undefined || cursor === 'gathering') {
          this.gathered += 1;
          if (this.gathered % ((this.faults.gathering ?? 0) + 1) !== 0)
            return { status: 'pending', cursor: 'gathering' };
        }
        const first = Number(cursor ?? 0) || 0;
        const all = [...this.list.keys()].sort();
        const people = all
          .slice(first, first + peoplePage)
          .map((identity) => ({ identity, remoteId: identity }));
        const end = first + peoplePage;
        return { status: 'page', people, ...(end < all.length && { nextCursor: String(end) }) };
      },
      remove: async ({ removals }) => {
        step();
        fail();
        for (const { identity, remoteId } of removals)
          if (remoteId !== undefined && remoteId !== identity) throw new Error('Another person is removed');
        const unknown = removals.flatMap(({ identity }, index) => (this.list.has(identity) ? [] : [index]));
        const removed = removals.length - unknown.length;
        this.requests += 1;
        const handle = `removal${this.requests}`;
        if (this.asynchronous)
          this.removals.set(
            handle,
            removals.map(({ identity }) => identity),
          );
        else for (const { identity } of removals) this.list.delete(identity);
        step();
        const asJob = this.asynchronous && removed > 0 ? { handle } : {};
        return { removed, unknown, rejected: [], requests: 1, ...asJob };
      },
      confirm: async (handle) => {
        step();
        const leavers = this.removals.get(handle);
        if (leavers) {
          const refused = leavers.filter((identity) => this.faults.keep?.has(identity));
          if (refused.length === 0) for (const identity of leavers) this.list.delete(identity);
          return { status: 'done', created: 0, updated: 0, failed: refused.length, issues: [] };
        }
        const rows = this.jobs.get(handle) ?? [];
        const failed = rows.filter(({ identity }) => this.faults.refuseLate?.has(identity));
        for (const { identity, before } of failed) {
          if (before === undefined) this.list.delete(identity);
          else this.list.set(identity, before);
        }
        return {
          status: 'done',
          created: rows.filter((row) => row.before === undefined && !failed.includes(row)).length,
          updated: rows.filter((row) => row.before !== undefined && !failed.includes(row)).length,
          failed: failed.length,
          issues: failed.map(({ identity }) => ({ identity, code: 'late', message: 'Refused late.' })),
        };
      },
    });
  }
}

const mapping = { fields: { email: 'mail' }, custom: [] };

function inRange(id: string, { from, to }: IdRange): boolean {
  return (from === null || compareIds(id, from) > 0) && (to === null || compareIds(id, to) <= 0);
}
