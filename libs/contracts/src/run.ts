/**
 * The states of a run. `waiting`: has work left, holds no worker, goes on at `nextAttemptAt`.
 * `confirming`: everything was sent, the destination's own verdict is awaited.
 */
export const runStatuses = [
  'queued',
  'running',
  'waiting',
  'confirming',
  'succeeded',
  'partial',
  'failed',
  'skipped',
  'cancelled',
] as const;

export type RunStatus = (typeof runStatuses)[number];

/** Which state may follow which. Ended states have no successor. */
export const runTransitions = {
  queued: ['running', 'skipped', 'failed', 'cancelled'],
  running: ['running', 'waiting', 'confirming', 'succeeded', 'partial', 'failed', 'skipped', 'cancelled'],
  waiting: ['running', 'failed', 'cancelled'],
  confirming: ['confirming', 'succeeded', 'partial', 'failed', 'cancelled'],
  succeeded: [],
  partial: [],
  failed: [],
  skipped: [],
  cancelled: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

export function canFollow(from: RunStatus, to: RunStatus): boolean {
  return (runTransitions[from] as readonly RunStatus[]).includes(to);
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
export const triggerKinds = ['on-demand', 'schedule', 'refresh', 'retry'] as const;

export type TriggerKind = (typeof triggerKinds)[number];

/** Why a run is in its state: a stable code and a sentence for a person. Never holds personal data or secrets. */
export interface RunReason {
  code: string;
  message: string;
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
