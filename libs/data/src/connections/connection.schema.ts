import type { Sharing } from '@audience-relay/contracts';
import { Schema, type Types } from 'mongoose';
import type { SealedSecret } from '../secrets/secret-box';

/** Value of a connection field that is no secret. */
export type ConnectionValue = string | number | boolean;

export interface StoredSecret {
  /** Key of the connection field. */
  field: string;
  /** Its last characters, so that a person knows which one it is; empty for a short secret. */
  hint: string;
  box: SealedSecret;
}

/** `attention`: the last test or run was refused, an administrator must look. */
export type ConnectionState = 'untested' | 'ok' | 'attention';

export interface ConnectionStatus {
  state: ConnectionState;
  /** Why it needs attention. No credentials. */
  message: string | null;
  checkedAt: Date | null;
  /** Whose account it is, when the destination tells. */
  account: string | null;
}

/** Proof that personal data may leave: who agreed, when, to which text. */
export interface Consent {
  userId: Types.ObjectId;
  userName: string;
  at: Date;
  textVersion: string;
}

/** An account at a destination: credentials, consent, and who may use it. */
export interface ConnectionRecord {
  _id: Types.ObjectId;
  name: string;
  /** The name lower-cased: unique per destination. */
  nameKey: string;
  destination: string;
  sharing: Sharing;
  fields: Record<string, ConnectionValue>;
  secrets: StoredSecret[];
  status: ConnectionStatus;
  consent: Consent;
  /** The user under whom runs act. While it is disabled or removed, runs are skipped. */
  exportUserId: Types.ObjectId | null;
  createdAt: Date;
  createdBy: Types.ObjectId;
  updatedAt: Date;
  updatedBy: Types.ObjectId;
  version: number;
}

const mixed = Schema.Types.Mixed;

export const connectionSchema = new Schema<ConnectionRecord>(
  {
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    destination: { type: String, required: true },
    sharing: { type: String, required: true },
    fields: { type: mixed, required: true },
    secrets: { type: [{ _id: false, field: String, hint: String, box: mixed }], required: true },
    status: { type: mixed, required: true },
    consent: { type: mixed, required: true },
    exportUserId: { type: Schema.Types.ObjectId, default: null },
    createdAt: { type: Date, required: true },
    createdBy: { type: Schema.Types.ObjectId, required: true },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: Schema.Types.ObjectId, required: true },
    version: { type: Number, required: true },
  },
  { collection: 'connections', versionKey: false, minimize: false },
);

connectionSchema.index({ destination: 1, nameKey: 1 }, { unique: true });
