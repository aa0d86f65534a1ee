import {
  type FieldType,
  type FieldValue,
  type ProfileField,
  toFieldValue,
  type ValueFormat,
} from '@audience-relay/contracts';
import type { FieldStore } from '@audience-relay/intake';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { insertNew } from '../insert-new';
import type { ProfileFieldRecord } from './profile-field.schema';
import type { ProfileRecord } from './profile.schema';

export type ProfileFieldChanges = Partial<Pick<ProfileField, 'label' | 'semanticType' | 'type'>>;

/** The fields that profiles have. Imports add them; people name them. */
@Injectable()
export class ProfileFieldRepository implements FieldStore {
  constructor(
    @InjectModel('ProfileField') private readonly fields: Model<ProfileFieldRecord>,
    @InjectModel('Profile') private readonly profiles: Model<ProfileRecord>,
  ) {}

  /** All of them, in the order in which they became known. */
  findAll(): Promise<ProfileFieldRecord[]> {
    return this.fields.find().sort({ position: 1, _id: 1 }).lean<ProfileFieldRecord[]>().exec();
  }

  /** As rules, mappings and imports take them. */
  async findDefinitions(): Promise<ProfileField[]> {
    const records = await this.findAll();
    return records.map(({ _id, label, type, semanticType, column }) => ({
      key: _id,
      label,
      type,
      semanticType,
      ...(column !== undefined && { column }),
    }));
  }

  findByKey(key: string): Promise<ProfileFieldRecord | null> {
    return this.fields.findById(key).lean<ProfileFieldRecord>().exec();
  }

  /** Adds those that are not known. Of two imports at once the first decides what the field is. */
  async add(fields: readonly ProfileField[]): Promise<void> {
    if (fields.length === 0) return;
    const last = await this.fields.findOne().sort({ position: -1 }).lean<ProfileFieldRecord>().exec();
    const position = (last?.position ?? 0) + 1;
    const records = fields.map(({ key, ...field }, index) => ({
      _id: key,
      ...field,
      filled: 0,
      position: position + index,
    }));
    await insertNew(this.fields.collection, records);
  }

  /** @returns null when there is no such field. */
  update(key: string, changes: ProfileFieldChanges): Promise<ProfileFieldRecord | null> {
    return this.fields
      .findByIdAndUpdate(key, { $set: changes }, { returnDocument: 'after' })
      .lean<ProfileFieldRecord>()
      .exec();
  }

  async widen(key: string): Promise<void> {
    await this.update(key, { type: 'text' });
    await this.convert(key, 'text');
  }

  /**
   * Turns the field's values into another type, each from the text that it was read from. Nothing is changed when one
   * of them cannot be.
   * @param format How numbers and dates are written; undefined = in the one form that has a single meaning.
   * @returns How many cannot be.
   */
  async convert(key: string, type: FieldType, format?: ValueFormat): Promise<number> {
    let unfit = 0;
    for await (const { to } of this.conversions(key, type, format)) if (to === undefined) unfit += 1;
    if (unfit > 0) return unfit;

    let updates: object[] = [];
    const write = async (): Promise<void> => {
      if (updates.length > 0) await this.profiles.collection.bulkWrite(updates as never, { ordered: false });
      updates = [];
    };
    for await (const { id, value, text, to } of this.conversions(key, type, format)) {
      if (to === undefined || to === null) continue;
      const kept = text ?? (typeof value === 'string' ? value : undefined);
      const textAfter = kept !== undefined && kept !== String(to) ? kept : undefined;
      if (to === value && textAfter === text) continue;
      const update = {
        $set: { [`fields.${key}`]: to, ...(textAfter !== undefined && { [`texts.${key}`]: textAfter }) },
        ...(textAfter === undefined && text !== undefined && { $unset: { [`texts.${key}`]: '' } }),
      };
      // Only the value that was read: an import may have written another by now.
      updates.push({ updateOne: { filter: { _id: id, [`fields.${key}`]: value }, update } });
      if (updates.length === 1_000) await write();
    }
    await write();
    return 0;
  }

  private async *conversions(
    key: string,
    type: FieldType,
    format?: ValueFormat,
  ): AsyncGenerator<{
    id: string;
    value: FieldValue;
    text: string | undefined;
    to: FieldValue | undefined;
  }> {
    const cursor = this.profiles
      .find(
        { $or: [{ [`fields.${key}`]: { $ne: null } }, { [`texts.${key}`]: { $ne: null } }] },
        { [`fields.${key}`]: 1, [`texts.${key}`]: 1 },
      )
      .lean<Pick<ProfileRecord, '_id' | 'fields' | 'texts'>>()
      .cursor({ batchSize: 5_000 });
    for await (const { _id, fields, texts } of cursor) {
      const value = fields[key] ?? null;
      const text = texts?.[key];
      yield { id: _id, value, text, to: toFieldValue(text ?? value, type, format) };
    }
  }

  /** Counts anew how many profiles have a value of each field: one pass over all profiles. */
  async countFilled(): Promise<void> {
    const keys = (await this.findAll()).map((field) => field._id);
    if (keys.length === 0) return;
    const sums = keys.map((key) => [key, { $sum: { $cond: [{ $gt: [`$fields.${key}`, null] }, 1, 0] } }]);
    const [counts = {}] = await this.profiles
      .aggregate<Record<string, number>>([{ $group: { _id: null, ...Object.fromEntries(sums) } }])
      .exec();
    await this.fields.bulkWrite(
      keys.map((key) => ({
        updateOne: { filter: { _id: key }, update: { $set: { filled: counts[key] ?? 0 } } },
      })),
    );
  }
}
