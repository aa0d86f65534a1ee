import { type FieldType, type FieldValue, type ProfileField, toFieldValue } from '@audience-relay/contracts';
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
    return records.map(({ _id, label, type, semanticType }) => ({ key: _id, label, type, semanticType }));
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

  /**
   * Turns the field's values into another type; nothing is changed when one of them cannot be.
   * @returns How many cannot be.
   */
  async convert(key: string, type: FieldType): Promise<number> {
    let unfit = 0;
    for await (const { to } of this.conversions(key, type)) if (to === undefined) unfit += 1;
    if (unfit > 0) return unfit;

    const path = `fields.${key}`;
    let updates: object[] = [];
    const write = async (): Promise<void> => {
      if (updates.length > 0) await this.profiles.collection.bulkWrite(updates as never, { ordered: false });
      updates = [];
    };
    for await (const { id, from, to } of this.conversions(key, type)) {
      if (to === undefined || to === from) continue;
      // Only the value that was read: an import may have written another by now.
      updates.push({ updateOne: { filter: { _id: id, [path]: from }, update: { $set: { [path]: to } } } });
      if (updates.length === 1_000) await write();
    }
    await write();
    return 0;
  }

  private async *conversions(
    key: string,
    type: FieldType,
  ): AsyncGenerator<{ id: string; from: FieldValue; to: FieldValue | undefined }> {
    const path = `fields.${key}`;
    const cursor = this.profiles
      .find({ [path]: { $ne: null } }, { [path]: 1 })
      .lean<Pick<ProfileRecord, '_id' | 'fields'>>()
      .cursor({ batchSize: 5_000 });
    for await (const { _id, fields } of cursor) {
      const from = fields[key] ?? null;
      yield { id: _id, from, to: toFieldValue(from, type) };
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
