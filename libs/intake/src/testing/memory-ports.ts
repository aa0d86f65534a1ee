import { type FieldValue, type ProfileField, toFieldValue } from '@audience-relay/contracts';
import type { IntakePorts, KnownProfile } from '../ports';

interface StoredProfile {
  _id: string;
  fields: Record<string, FieldValue>;
  texts: Record<string, string>;
}

/** Profiles and fields in memory, by the rules of the ports. */
export class MemoryPorts implements IntakePorts {
  readonly people = new Map<string, StoredProfile>();
  readonly definitions: ProfileField[] = [];

  readonly profiles: IntakePorts['profiles'] = {
    findValues: (ids) =>
      Promise.resolve(
        ids.flatMap((id): KnownProfile[] => structuredClone(this.people.get(id) ?? []) as KnownProfile[]),
      ),
    insertNew: (profiles) => {
      const known = new Set<string>();
      for (const { id, fields, texts = {} } of profiles) {
        if (this.people.has(id)) known.add(id);
        else this.people.set(id, { _id: id, fields: { ...fields }, texts: { ...texts } });
      }
      return Promise.resolve(known);
    },
    applyChanges: (changes) => {
      for (const { id, values, texts = {} } of changes) {
        const person = this.people.get(id) as StoredProfile;
        assign(person.fields, values);
        assign(person.texts, texts);
      }
      return Promise.resolve();
    },
  };

  readonly fields: IntakePorts['fields'] = {
    findDefinitions: () => Promise.resolve(structuredClone(this.definitions)),
    add: (fields) => {
      for (const field of fields)
        if (!this.definitions.some(({ key }) => key === field.key)) this.definitions.push({ ...field });
      return Promise.resolve();
    },
    widen: (key) => {
      for (const field of this.definitions) if (field.key === key) field.type = 'text';
      for (const { fields, texts } of this.people.values()) {
        const value = toFieldValue(texts[key] ?? fields[key] ?? null, 'text');
        if (value !== null && value !== undefined) fields[key] = value;
        delete texts[key];
      }
      return Promise.resolve();
    },
  };

  newIdSet(): ReturnType<IntakePorts['newIdSet']> {
    const seen = new Set<string>();
    return { add: (id) => seen.size < seen.add(id).size };
  }
}

function assign(target: Record<string, unknown>, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    if (value === null) delete target[key];
    else target[key] = value;
  }
}
