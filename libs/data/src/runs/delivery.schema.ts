import { Schema, type Types } from 'mongoose';

/**
 * The delivery ledger: what each export has delivered of whom. `_id` is `<ledger>/<profile>`, so its order is the
 * order of profile ids and one range is one export's ledger. The ledger's name changes with the target, so a
 * changed list begins a new ledger.
 *
 * A row is written before its batch is sent. It counts as delivered when that batch is settled; rows of a batch that
 * was never settled are sent again.
 */
export interface DeliveryRecord {
  _id: string;
  /** The export. */
  x: Types.ObjectId;
  /** Hash of mapping and wire form; empty = not known to be there, send again. */
  h: string;
  /** The identity under which the person was delivered: the only way to take them off the list later. */
  i: string;
  /** The run and the batch that wrote the row. */
  r: Types.ObjectId;
  s: number;
  /** The fence under which it was written: a writer with a lower one leaves the row alone. */
  f: number;
  /** The batch that wrote the row made the person new here. */
  a: boolean;
  /** The batch that wrote the row sent what had been delivered already, because everyone was to be sent. */
  u: boolean;
  /** The destination's own id of the person, when it was told. */
  c?: string;
}

export const deliverySchema = new Schema<DeliveryRecord>(
  {
    _id: { type: String, required: true },
    x: { type: Schema.Types.ObjectId, required: true },
    h: { type: String, default: '' },
    i: { type: String, required: true },
    r: { type: Schema.Types.ObjectId, required: true },
    s: { type: Number, required: true },
    f: { type: Number, required: true },
    a: { type: Boolean, required: true },
    u: { type: Boolean, default: false },
    c: { type: String },
  },
  { collection: 'deliveries', versionKey: false },
);
