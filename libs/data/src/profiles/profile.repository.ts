import type { KnownProfile, NewProfile, ProfileChange, ProfileStore } from '@audience-relay/intake';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model, QueryFilter } from 'mongoose';
import { insertNew } from '../insert-new';
import { findPage, type ListRequest, type Page } from '../lists/list-page';
import type { ProfileSearchRecord } from './profile-search.schema';
import type { ProfileRecord } from './profile.schema';

/** A search finds at most this many profiles by each of id, address and name. */
export const searchedProfiles = 1_000;

export const profileSorts = { id: '_id' };

@Injectable()
export class ProfileRepository implements ProfileStore {
  constructor(
    @InjectModel('Profile') private readonly profiles: Model<ProfileRecord>,
    @InjectModel('ProfileSearch') private readonly search: Model<ProfileSearchRecord>,
  ) {}

  findById(id: string): Promise<ProfileRecord | null> {
    return this.profiles.findOne({ _id: id }).lean<ProfileRecord>().exec();
  }

  /** In the order of ids; with a search, those whose id, address or name begins with it. */
  async findPage({ search, ...request }: ListRequest): Promise<Page<ProfileRecord>> {
    const text = search?.trim() ?? '';
    const filter: QueryFilter<ProfileRecord> =
      text === '' ? {} : { _id: { $in: await this.idsBeginningWith(text) } };
    return findPage(this.profiles, filter, request, { sorts: profileSorts, defaultSort: 'id', searchIn: [] });
  }

  count(): Promise<number> {
    return this.profiles.countDocuments().exec();
  }

  /** Those of the given profiles that are known, with all their values. */
  findValues(ids: readonly string[]): Promise<KnownProfile[]> {
    return this.profiles.collection
      .find({ _id: { $in: ids } } as never, { projection: { fields: 1, texts: 1 }, batchSize: ids.length })
      .toArray() as Promise<unknown> as Promise<KnownProfile[]>;
  }

  /** @returns The ids that were known already, say because another import was quicker. Those were not touched. */
  async insertNew(profiles: readonly NewProfile[]): Promise<Set<string>> {
    if (profiles.length === 0) return new Set();
    const updatedAt = new Date();
    // What a profile is found by comes first: what is found and not there does no harm, the other way round would.
    await this.insertSearchKeys(profiles.map(({ id, search }) => ({ _id: id, ...search })));
    const known = await insertNew(
      this.profiles.collection,
      profiles.map(({ id, fields, texts }) => ({ _id: id, fields, ...(texts && { texts }), updatedAt })),
    );
    return new Set(known.map(({ _id }) => _id));
  }

  /** Writes only the values that changed, so that two imports with different columns do not undo each other. */
  async applyChanges(changes: readonly ProfileChange[]): Promise<void> {
    if (changes.length === 0) return;
    const updatedAt = new Date();
    await this.replaceSearchKeys(changes.flatMap(({ id, search }) => (search ? { _id: id, ...search } : [])));
    await this.profiles.collection.bulkWrite(
      changes.map((change) => ({
        updateOne: { filter: { _id: change.id }, update: updateOf(change, updatedAt) },
      })) as never,
      { ordered: false },
    );
  }

  private async insertSearchKeys(records: readonly ProfileSearchRecord[]): Promise<void> {
    // What is there was left by an erasure or an import that was cut off.
    await this.replaceSearchKeys(await insertNew(this.search.collection, records));
  }

  private async replaceSearchKeys(records: readonly ProfileSearchRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.search.collection.bulkWrite(
      records.map((record) => ({
        replaceOne: { filter: { _id: record._id }, replacement: record, upsert: true },
      })) as never,
      { ordered: false },
    );
  }

  private async idsBeginningWith(text: string): Promise<string[]> {
    const begins = (value: string) => ({ $regex: `^${value.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')}` });
    const lower = begins(text.toLowerCase());
    const [byId, ...byKeys] = await Promise.all([
      this.profiles
        .find({ _id: begins(text) }, { _id: 1 })
        .limit(searchedProfiles)
        .lean<{ _id: string }[]>()
        .exec(),
      // One query a key: the embedded database reads everything for an $or over several indexes.
      ...(['email', 'name', 'family'] as const).map((key) =>
        this.search
          .find({ [key]: lower }, { _id: 1 })
          .limit(searchedProfiles)
          .lean<{ _id: string }[]>()
          .exec(),
      ),
    ]);
    return [...new Set([byId, ...byKeys].flat().map((found) => found._id))];
  }
}

function updateOf({ values, texts = {} }: ProfileChange, updatedAt: Date): object {
  const set: Record<string, unknown> = { updatedAt };
  const unset: Record<string, ''> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value === null) unset[`fields.${key}`] = '';
    else set[`fields.${key}`] = value;
  }
  for (const [key, text] of Object.entries(texts)) {
    if (text === null) unset[`texts.${key}`] = '';
    else set[`texts.${key}`] = text;
  }
  return Object.keys(unset).length > 0 ? { $set: set, $unset: unset } : { $set: set };
}
