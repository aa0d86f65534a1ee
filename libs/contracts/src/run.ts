/**
 * The states of a run. `waiting`: has work left, holds no worker, goes on at `nextAttemptAt`.
 * `confirming`: everything was sent, the destination's own verdict is awaited. `held`: ended without taking anybody
 * off the target, because it would have been more people than the export's limit allows without approval.
 */
export const runStatuses = [
  'queued',
  'running',
  'waiting',
  'confirming',
  'succeeded',
  'partial',
  'held',
  'failed',
  'skipped',
  'cancelled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

/**
 * Which state may follow which; every write of a state is conditional on it. Ended states have no successor. Who writes
 * which: `RunClaimsRepository` in libs/data.
 */
export const runTransitions = {
  queued: ['running', 'skipped', 'failed', 'cancelled'],
  running: [
    'running',
    'waiting',
    'confirming',
    'succeeded',
    'partial',
    'held',
    'failed',
    'skipped',
    'cancelled',
  ],
  waiting: ['running', 'failed', 'cancelled'],
  confirming: ['confirming', 'succeeded', 'partial', 'held', 'failed', 'cancelled'],
  succeeded: [],
  partial: [],
  held: [],
  failed: [],
  skipped: [],
  cancelled: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** The states that may become this one: what every write of a state demands of the state before. */
export function statusesBefore(to: RunStatus): RunStatus[] {
  return runStatuses.filter((from) => (runTransitions[from] as readonly RunStatus[]).includes(to));
}

/** States in which the run holds its export: no second run may start. */
export const activeRunStatuses = [
  'queued',
  'running',
  'waiting',
  'confirming',
] as const satisfies readonly RunStatus[];

export function isActive(status: RunStatus): boolean {
  return (activeRunStatuses as readonly RunStatus[]).includes(status);
}

/** What started the run. */
export const triggerKinds = ['on-demand', 'schedule', 'refresh', 'retry', 'approval'] as const;

export type TriggerKind = (typeof triggerKinds)[number];

/** Why a run is in its state: a stable code and a sentence for a person. Never holds personal data or secrets. */
export interface RunReason {
  code: string;
  message: string;
  /** The numbers in the message, by name, for those who say it in other words. */
  numbers?: Record<string, number>;
}

/**
 * Counts of a run. Every member of the export's segments is in exactly one of added, changed, unchanged and skipped.
 * `sent` = what went to the destination: added + changed, and the unchanged too when everyone is sent.
 * `created` / `updated` are the destination's words; `rejected` = sent but refused; `removed` = taken off the list
 * (mirror).
 */
export interface RunCounts {
  members: number;
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  sent: number;
  created: number;
  updated: number;
  rejected: number;
  skipped: number;
}

export const noCounts: Readonly<RunCounts> = {
  members: 0,
  added: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  sent: 0,
  created: 0,
  updated: 0,
  rejected: 0,
  skipped: 0,
};

/** `upsert` adds and updates; `mirror` also takes leavers off the list (never deletes the contact). */
export const deliveryModes = ['upsert', 'mirror'] as const;

export type DeliveryMode = (typeof deliveryModes)[number];

/** `changes` sends who is new or differs from what was delivered; `everyone` sends all members. */
export const deliveryScopes = ['changes', 'everyone'] as const;

export type DeliveryScope = (typeof deliveryScopes)[number];

/**
 * How many people a run in mode mirror may take off its target without a person's approval: it is held when they are
 * more than `count` and more than `percent` of those delivered, or when nobody would be left at all.
 */
export interface RemovalLimit {
  percent: number;
  count: number;
}

export const defaultRemovalLimit: Readonly<RemovalLimit> = { percent: 20, count: 10 };

/** What a run would take off its target, counted before the first removal. */
export interface RemovalCounts {
  /** People whom this export delivered and who would not be on the target any more. */
  people: number;
  /** People on the target whom no export put there. */
  unmanaged: number;
  /** Former addresses of people who stay under a new one. They do not count against the limit. */
  formerIdentities: number;
  /** People whom this export had delivered before the run. */
  delivered: number;
  /** People of this export who would stay. */
  remaining: number;
}

/** Whether so many removals need a person's approval. */
export function exceedsRemovalLimit(
  { people, unmanaged, delivered, remaining }: Omit<RemovalCounts, 'formerIdentities'>,
  { percent, count }: RemovalLimit,
): boolean {
  const leaving = people + unmanaged;
  if (leaving === 0) return false;
  return remaining === 0 || (leaving > count && leaving * 100 > percent * (delivered + unmanaged));
}
