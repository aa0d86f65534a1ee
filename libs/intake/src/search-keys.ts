import type { FieldValue, ProfileField, SemanticType } from '@audience-relay/contracts';
import type { SearchKeys } from './ports';

/** Longer keys find nothing more and could pass what an index entry may hold. */
const longestKey = 200;

/** Makes what a profile is found by, from the fields whose meaning is known. */
export function searchKeysOf(
  fields: readonly Pick<ProfileField, 'key' | 'semanticType'>[],
): (values: Readonly<Record<string, FieldValue>>) => SearchKeys {
  const keyOf = (semanticType: SemanticType): string | undefined =>
    fields.find((field) => field.semanticType === semanticType)?.key;
  const email = keyOf('Identity.Service.Email');
  const first = keyOf('Person.FirstName');
  const last = keyOf('Person.LastName');
  const full = keyOf('Person.FullName');

  return (values) => {
    const text = (key: string | undefined): string => {
      const value = key === undefined ? undefined : values[key];
      return typeof value === 'string' ? value.trim() : '';
    };
    const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');
    const keys = {
      email: text(email),
      name: joined(text(first), text(last)) || text(full),
      family: joined(text(last), text(first)),
    };
    const found: SearchKeys = {};
    for (const [key, value] of Object.entries(keys) as [keyof typeof keys, string][]) {
      if (value !== '') found[key] = value.toLowerCase().slice(0, longestKey);
    }
    return found;
  };
}

/** Whether a person is found by the same as before. */
export function sameSearchKeys(a: SearchKeys, b: SearchKeys): boolean {
  return a.email === b.email && a.name === b.name && a.family === b.family;
}
