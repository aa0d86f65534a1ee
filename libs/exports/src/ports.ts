import type {
  DeliveryMode,
  DeliveryScope,
  FieldValue,
  RemovalCounts,
  RemovalLimit,
  RunCounts,
} from '@audience-relay/contracts';
import type { Mapping, RateReport } from '@audience-relay/destinations/core';
import type { IdRange } from './id-order';

/*
 * What the engine needs of the world around it. Adapters (data, queue) implement these and import nothing else of the
 * engine.
 */

export * from './id-order';
export type { RateReport };

export type RunPhase = 'send' | 'remove';

/** A profile that is in at least one of the run's segments. Not to be kept, as ledger rows are not. */
export interface Member {
  readonly id: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface MemberReader {
  /**
   * Members in the order of their ids (by code point), each once however many segments it is in, in pages of a few
   * thousand, none of them empty.
   * @param fields The profile fields that are needed; others may be left out.
   */
  read(range: IdRange, fields: readonly string[]): AsyncIterable<readonly Member[]>;
  /** How many there are, each counted once. */
  count(): Promise<number>;
}

/**
 * What the ledger knows of one person's delivery. Keep values of a row, not the row: it may hold on to the whole page
 * that it was read with.
 */
export interface LedgerRow {
  readonly profileId: string;
  /** Of mapping and wire form. Empty = not known to be at the destination. */
  readonly hash: string;
  readonly identity: string;
  readonly runId: string;
  readonly seq: number;
  /** The batch that wrote the row made the person new to this target. */
  readonly added: boolean;
  /** The batch that wrote the row sent what had been delivered already, because everyone was to be sent. */
  readonly unchanged: boolean;
  readonly remoteId?: string;
}

export interface LedgerWrite {
  readonly profileId: string;
  readonly hash: string;
  readonly identity: string;
  readonly added: boolean;
  readonly unchanged: boolean;
  /** A row for this profile is there already. */
  readonly exists: boolean;
  readonly remoteId?: string;
}

/** The delivery ledger of one export and target. Every write carries the fence of its run and loses to a later claim. */
export interface Ledger {
  /** Rows in the order of profile ids, a page at a time, read as they are asked for. */
  read(range: IdRange): AsyncIterable<readonly LedgerRow[]>;
  /** Writes the rows of one batch before it is sent: those that are not there yet first, in the order given. */
  write(fence: Fence, seq: number, rows: readonly LedgerWrite[]): Promise<void>;
  /** Undoes rows of one batch that the destination did not take: new ones are deleted, others are sent again. */
  revert(runId: string, seq: number, range: IdRange, profileIds: readonly string[] | 'all'): Promise<void>;
  /** Rows of one batch become "not known to be there": they are sent again. */
  markUncertain(runId: string, seq: number, range: IdRange): Promise<void>;
  /** Deletes rows of people who were taken off the target. */
  drop(profileIds: readonly string[]): Promise<void>;
}

/** Proof of being the run's present worker: a higher epoch makes all lower ones powerless. */
export interface Fence {
  readonly runId: string;
  readonly epoch: number;
}

/** What a batch, or a stretch without one, adds to the run's counts. */
export type CountChange = Partial<RunCounts>;

export interface HandleAwaiting extends IdRange {
  readonly seq: number;
  readonly phase: RunPhase;
  readonly handle: string;
  readonly records: number;
  readonly polls: number;
  readonly since: Date;
}

/** The destination is gathering who is on the target. */
export interface Listing {
  /** What `listPeople` is asked with next. */
  readonly cursor: string;
  readonly polls: number;
  readonly since: Date;
}

/** A batch that the destination took or refused, as the run's history shows it. */
export interface SettledBatch {
  readonly seq: number;
  readonly phase: RunPhase;
  readonly records: number;
  readonly bytes: number;
  readonly requests: number;
  /** How many of its requests `beginRequest` counted already. */
  readonly begunRequests: number;
  readonly rejected: number;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** A batch whose outcome is not known: what it carried is sent again. */
export interface FailedBatch {
  readonly seq: number;
  readonly phase: RunPhase;
  /** Requests that were made besides those that `beginRequest` counted. */
  readonly furtherRequests: number;
  readonly startedAt: Date;
  readonly durationMs: number;
}

export interface IssueWrite {
  readonly profileId: string;
  /** `removal`: the run would have taken the person off the target and was held. */
  readonly kind: 'rejected' | 'skipped' | 'warning' | 'removal';
  readonly code: string;
  readonly message: string;
  /** Already masked. */
  readonly identity: string | null;
  readonly field: string | null;
}

/**
 * The run document, as its worker writes it. Each method is one conditional update on the fence and answers false
 * when the fence is lost; then nothing was written and the worker must stop at once.
 */
export interface RunProgress {
  /** Begins a batch: takes its part out of `ranges` and keeps it as in flight. */
  beginBatch(
    fence: Fence,
    batch: IdRange & { seq: number; phase: RunPhase },
    ranges: readonly IdRange[],
  ): Promise<boolean>;
  /** Counts a request of a batch that is in flight, right before it is made: the last look at the fence before it. */
  beginRequest(fence: Fence, seq: number): Promise<boolean>;
  /** Notes that a batch failed. It stays in flight, so the next claim sends again what it carried. */
  failBatch(fence: Fence, batch: FailedBatch): Promise<boolean>;
  /** Ends a batch that is in flight, exactly once: its counts, requests and handles in the same update. */
  settleBatch(
    fence: Fence,
    batch: SettledBatch,
    counts: CountChange,
    handles: readonly HandleAwaiting[],
  ): Promise<boolean>;
  /** Moves on over a stretch in which nothing had to be sent. */
  advance(fence: Fence, ranges: readonly IdRange[], counts: CountChange): Promise<boolean>;
  /** Keeps where the listing of the target stands while it is waited for; null = it begins anew. */
  setListing(fence: Fence, listing: Listing | null): Promise<boolean>;
  /** Keeps how many people on the target are unmanaged contacts, and that the listing is done. */
  endListing(fence: Fence, unmanaged: number): Promise<boolean>;
  /** From sending to removing, after the removals were counted. */
  beginRemoval(fence: Fence, removals: RunRemovals, ranges: readonly IdRange[]): Promise<boolean>;
  /** Keeps that nobody is taken off without approval. */
  holdRemovals(fence: Fence, removals: RunRemovals): Promise<boolean>;
  /** Ends one handle, exactly once. */
  settleHandle(fence: Fence, handle: HandleAwaiting, counts: CountChange): Promise<boolean>;
  /** Counts a poll that found nothing new. */
  countPoll(fence: Fence, handle: HandleAwaiting): Promise<boolean>;
  /** Keeps how many members there were when the run began. */
  setTotal(fence: Fence, total: number): Promise<boolean>;
  writeIssues(fence: Fence, issues: readonly IssueWrite[]): Promise<boolean>;
}

/** What a run takes off its target, as counted before the first removal. */
export interface RunRemovals extends RemovalCounts {
  /** Of exactly the people counted; null where an upper bound showed that they are within the limit. */
  readonly digest: string | null;
  /** Batches from this number on take people off. */
  readonly firstSeq: number;
  /** Above the limit: nobody is taken off without a person's approval. */
  readonly held: boolean;
}

/** What a run works by. */
export interface RunPlan {
  readonly connectionId: string;
  readonly mapping: Mapping;
  /** Changes when anything but the wire form demands that everyone is sent again. */
  readonly contentKey: string;
  readonly mode: DeliveryMode;
  /** In mirror: also takes off unmanaged contacts, people on the target whom no export put there. */
  readonly removeUnmanaged: boolean;
  readonly scope: DeliveryScope;
  readonly hardLimit: number | null;
  readonly removalLimit: RemovalLimit;
  /** Digest of the removals that a person approved: these are made and no others. Null: within the limit. */
  readonly approvedRemovals: string | null;
  /** Only rows that an earlier run rejected; leavers are not looked at. */
  readonly retry: boolean;
}

/** Where a claimed run stands. */
export interface RunState {
  readonly fence: Fence;
  readonly phase: RunPhase;
  /** Still to do, in order, including what was in flight when the run was claimed. */
  readonly ranges: readonly IdRange[];
  readonly nextSeq: number;
  readonly counts: RunCounts;
  readonly total: number | null;
  /** An earlier claim of this run got so far that parts are settled. */
  readonly resumed: boolean;
  readonly awaiting: readonly HandleAwaiting[];
  readonly listing: Listing | null;
  readonly removals: RunRemovals | null;
}

/** Kinds of calls that destinations limit apart from each other. */
export type RatedCall = 'send' | 'list' | 'remove' | 'confirm';

/** Spaces calls to one account by what the account's answers say, whichever worker got them. */
export interface RateGate {
  /** Takes a place. @returns Milliseconds to wait before the call may be made; 0 = now. */
  reserve(connectionId: string, call: RatedCall): Promise<number>;
  /** Passes on what an answer says of the allowance. */
  report(connectionId: string, call: RatedCall, rates: readonly RateReport[]): Promise<void>;
}
