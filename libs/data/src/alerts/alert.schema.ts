import type { AlertDeliveryState, AlertKind } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';

export const alertChannels = ['webhook', 'email'] as const;

export type AlertChannel = (typeof alertChannels)[number];

/** How one way of telling fared. */
export interface AlertDelivery {
  state: AlertDeliveryState;
  /** Why the last try failed. No addresses, no credentials. */
  error: string | null;
}

/** An export changed its state. `_id` is `<export>/<run>`, so judging a run twice tells it once. */
export interface AlertRecord {
  _id: string;
  kind: AlertKind;
  exportId: Types.ObjectId;
  exportName: string;
  runId: Types.ObjectId;
  message: string;
  at: Date;
  webhook: AlertDelivery;
  email: AlertDelivery;
  tries: number;
  /** When pending deliveries are tried next; null when none is pending. */
  nextTryAt: Date | null;
}

const mixed = Schema.Types.Mixed;

export const alertSchema = new Schema<AlertRecord>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    exportId: { type: Schema.Types.ObjectId, required: true },
    exportName: { type: String, required: true },
    runId: { type: Schema.Types.ObjectId, required: true },
    message: { type: String, required: true },
    at: { type: Date, required: true },
    webhook: { type: mixed, required: true },
    email: { type: mixed, required: true },
    tries: { type: Number, required: true },
    nextTryAt: { type: Date, default: null },
  },
  { collection: 'alerts', versionKey: false },
);

alertSchema.index({ at: -1 }, { expireAfterSeconds: 365 * 24 * 60 * 60 });
alertSchema.index({ nextTryAt: 1 });
