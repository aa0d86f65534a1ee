/**
 * What an alert tells: an export `failing` for the first time, `rejecting` more than its set share for the first
 * time, `held` because it would take too many people off its target, or `recovered` from any of these. One message per change of state, not per run.
 */
export const alertKinds = ['failing', 'rejecting', 'held', 'recovered'] as const;

export type AlertKind = (typeof alertKinds)[number];

/** How an export fares by its last runs. */
export type ExportHealth = 'fine' | Exclude<AlertKind, 'recovered'>;

/** How one message of an alert fared. `off`: this way is not set up. */
export const alertDeliveryStates = ['off', 'pending', 'sent', 'failed'] as const;

export type AlertDeliveryState = (typeof alertDeliveryStates)[number];
