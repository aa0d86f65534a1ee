import type { FieldValue, ProfileField } from '@audience-relay/contracts';
import type { KnownProfile, NewProfile, ProfileChange, ProfileStore } from './ports';
import type { ImportedProfile } from './row-to-profile';
import { sameSearchKeys, searchKeysOf } from './search-keys';

export interface Written {
  created: number;
  updated: number;
  unchanged: number;
}

type SearchKeysOf = ReturnType<typeof searchKeysOf>;

/** Writes rows of an import: new people are inserted, of known ones only what differs is written. */
export class ProfileWriter {
  private searchKeys: SearchKeysOf;

  constructor(
    private readonly profiles: ProfileStore,
    fields: readonly ProfileField[],
  ) {
    this.searchKeys = searchKeysOf(fields);
  }

  /** After a file has told of new fields. */
  useFields(fields: readonly ProfileField[]): void {
    this.searchKeys = searchKeysOf(fields);
  }

  /** @param rows Each id once. */
  async write(rows: readonly ImportedProfile[]): Promise<Written> {
    const { searchKeys } = this;
    const known = await this.known(rows);
    const fresh = rows.filter(({ id }) => !known.has(id));
    const overtaken = await this.profiles.insertNew(fresh.map((row) => newProfile(row, searchKeys)));

    const updates = changesOf(rows, known, searchKeys);
    if (overtaken.size > 0) {
      // Another import was quicker: these are updates after all.
      const late = fresh.filter(({ id }) => overtaken.has(id));
      updates.push(...changesOf(late, await this.known(late), searchKeys));
    }
    await this.profiles.applyChanges(updates);
    const created = fresh.length - overtaken.size;
    return { created, updated: updates.length, unchanged: rows.length - created - updates.length };
  }

  /** What `write` would find and change. */
  async compare(rows: readonly ImportedProfile[]): Promise<{ known: number; changed: number }> {
    const known = await this.known(rows);
    return { known: known.size, changed: changesOf(rows, known, this.searchKeys).length };
  }

  private async known(rows: readonly ImportedProfile[]): Promise<Map<string, KnownProfile>> {
    const found = await this.profiles.findValues(rows.map(({ id }) => id));
    return new Map(found.map((profile) => [profile._id, profile]));
  }
}

function newProfile({ id, values, texts }: ImportedProfile, searchKeys: SearchKeysOf): NewProfile {
  const fields = withoutNulls(values);
  const profile: NewProfile = { id, fields, search: searchKeys(fields) };
  if (texts) profile.texts = texts;
  return profile;
}

function changesOf(
  rows: readonly ImportedProfile[],
  known: ReadonlyMap<string, KnownProfile>,
  searchKeys: SearchKeysOf,
): ProfileChange[] {
  return rows.flatMap((row) => {
    const before = known.get(row.id);
    if (!before) return [];
    const different = Object.entries(row.values).filter(
      ([key, value]) => (before.fields[key] ?? null) !== value,
    );
    const texts = changedTexts(row, before);
    if (different.length === 0 && !texts) return [];
    const changed = Object.fromEntries(different);
    const search = searchKeys(withoutNulls({ ...before.fields, ...changed }));
    const found = sameSearchKeys(search, searchKeys(before.fields)) ? null : search;
    return [{ id: row.id, values: changed, ...(texts && { texts }), search: found }];
  });
}

function changedTexts(
  { values, texts }: ImportedProfile,
  before: KnownProfile,
): Record<string, string | null> | null {
  if (!texts && !before.texts) return null;
  const keys = new Set([...Object.keys(values), ...Object.keys(texts ?? {})]);
  const different = [...keys].filter((key) => (texts?.[key] ?? null) !== (before.texts?.[key] ?? null));
  if (different.length === 0) return null;
  return Object.fromEntries(different.map((key) => [key, texts?.[key] ?? null]));
}

function withoutNulls(values: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const found: Record<string, FieldValue> = {};
  for (const key in values) if (values[key] !== null) found[key] = values[key] as FieldValue;
  return found;
}
