/**
 * What an alert tells: an export `failing` for the first time, `rejecting` more than its set share for the first
 * time, or `recovered` from either. One message per change of state, not per run.
 */
export const alertKinds = ['failing', 'rejecting', 'recovered'] as const;

export type AlertKind = (typeof alertKinds)[number];

/** How one message of an alert fared. `off`: this way is not set up. */
export const alertDeliveryStates = ['off', 'pending', 'sent', 'failed'] as const;

export type AlertDeliveryState = (typeof alertDeliveryStates)[number];
