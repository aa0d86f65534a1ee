import type { FieldType, SemanticType } from '@audience-relay/contracts';
import { Schema } from 'mongoose';

/** A field of the unified profile: what a rule, a mapping and a list may name. */
export interface ProfileFieldRecord {
  /** The field's key. */
  _id: string;
  label: string;
  type: FieldType;
  semanticType: SemanticType;
  /** The column of imports that fills it. Absent: one that is named like it. */
  column?: string;
  /** Profiles that have a value, counted when the last import ended. */
  filled: number;
  /** The order in which fields became known, and in which lists show them. */
  position: number;
}

export const profileFieldSchema = new Schema<ProfileFieldRecord>(
  {
    _id: { type: String, required: true },
    label: { type: String, required: true },
    type: { type: String, required: true },
    semanticType: { type: String, required: true },
    column: { type: String },
    filled: { type: Number, default: 0 },
    position: { type: Number, required: true },
  },
  { collection: 'profilefields', versionKey: false },
);
