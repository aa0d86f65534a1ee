/** One record in the destination's wire form (UTF-8), made once by `encode`. The host counts its bytes. */
export type EncodedRecord = Uint8Array;

/** Records that go in one request. */
export interface SendBatch {
  /**
   * Names this batch within its run, and is the same again when the host repeats the batch after a failure or a
   * resume: the destination may use it to recognise a repeat. 1 to 64 letters, digits, dots and hyphens.
   */
  readonly key: string;
  readonly records: readonly EncodedRecord[];
}

/** One person who is on the target, or is to be taken off it. */
export interface Removal {
  readonly identity: string;
  /** The destination's own id of this person, if `listPeople` told it. */
  readonly remoteId?: string;
}

export interface RemoveBatch {
  /** As `SendBatch.key`; never equal to the key of a batch that is sent in the same run. */
  readonly key: string;
  /** At most `limits.maxRemovals`. */
  readonly removals: readonly Removal[];
}

/** The answer to one `listPeople`: who is on the target, a part at a time. */
export type PeoplePage =
  /** The destination is still gathering them: asked again with this cursor, later. At most 500 characters. */
  | { readonly status: 'pending'; readonly cursor: string; readonly rates?: readonly RateReport[] }
  | {
      readonly status: 'page';
      /** In the form in which rows have their identity. As many as fit well in memory: the host keeps none of them. */
      readonly people: readonly Removal[];
      /** Absent on the last page. At most 500 characters. */
      readonly nextCursor?: string;
      readonly rates?: readonly RateReport[];
    };

/** Why one row of a batch was refused. `message` is for a person and does not repeat the row's values. */
export interface RowIssue {
  /** Position in the batch. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** What the destination said about its rate limit. The host paces by it, shared by all workers on the connection. */
export interface RateReport {
  /** Which allowance: endpoints that share one share the name. */
  readonly bucket: string;
  /** Requests allowed in a window. */
  readonly limit?: number;
  /** Requests left in this window. */
  readonly remaining?: number;
  /** Until the window ends, in milliseconds. */
  readonly resetAfterMs?: number;
}

/** The answer to one `send`: exactly one request. */
export type SendReceipt =
  | {
      /** Taken. Rows in `rejected` were not. */
      readonly status: 'accepted';
      readonly rejected: readonly RowIssue[];
      /** Asynchronous destinations: what `confirm` asks about later. At most 500 characters. */
      readonly handle?: string;
      /** Synchronous destinations that tell: people created and updated. */
      readonly created?: number;
      readonly updated?: number;
      readonly rates?: readonly RateReport[];
    }
  | {
      /**
       * The whole request was refused because of some rows; nothing was stored. `rejected` names those the
       * answer named. The host takes them out and sends the rest; when none is named it sends halves.
       */
      readonly status: 'refused';
      readonly rejected: readonly RowIssue[];
      readonly code: string;
      readonly message: string;
      readonly rates?: readonly RateReport[];
    };

export interface RemoveReceipt {
  /** Taken off the target (or accepted for it). */
  readonly removed: number;
  /** Positions of people whom the destination does not know: nothing to do, not an error. */
  readonly unknown: readonly number[];
  readonly rejected: readonly RowIssue[];
  readonly handle?: string;
  /** HTTP requests that this took. */
  readonly requests: number;
  readonly rates?: readonly RateReport[];
}

/** A row that the destination refused after it had accepted the batch. */
export interface LateIssue {
  /** Which row: by its position in the batch, or by its identity when only that is told. */
  readonly index?: number;
  readonly identity?: string;
  readonly code: string;
  readonly message: string;
}

/** The asynchronous verdict on one handle. */
export type Confirmation =
  | { readonly status: 'pending'; readonly rates?: readonly RateReport[] }
  | {
      readonly status: 'done';
      readonly created: number;
      readonly updated: number;
      /** Rows refused in all. May exceed `issues` when the destination does not name every row. */
      readonly failed: number;
      readonly issues: readonly LateIssue[];
      /** Nothing of the batch was stored. */
      readonly rejectedWhole?: { readonly code: string; readonly message: string };
      readonly rates?: readonly RateReport[];
    };
