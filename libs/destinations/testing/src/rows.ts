import type {
  CustomFieldMapping,
  Destination,
  FieldType,
  FieldValue,
  MappedRow,
  Mapping,
  MappingFieldSpec,
} from '@audience-relay/destinations/core';
import type { Subject } from './subject';

/** The subject's mapping, or every field under its own name and one custom field of each type. */
export function mappingOf(subject: Subject): Mapping {
  if (subject.mapping) return subject.mapping;
  const { mapping } = subject.destination;
  const custom = mapping.customFields?.types.map((type): CustomFieldMapping => ({
    source: type,
    name: `conformance_${type}`,
    type,
  }));
  return {
    fields: Object.fromEntries(Object.keys(mapping.fields).map((key) => [key, key])),
    custom: custom ?? [],
  };
}

/** Text of people with names: two, three and four bytes a character, and both directions. */
export const UNICODE = 'Ærø-Ödön 日本語 👩‍🚀 עברית';

/** Characters that end something in one format or another. */
const AWKWARD = 'a"b\'c\\d,e;f\ng\r\nh\ti<j>&k\u0000l\ud800m=n';

export type RowStyle = 'plain' | 'unicode' | 'awkward' | 'longest' | 'empty';

/** Makes rows of different people: `rowMaker(...)(7)` is always the same one. */
export function rowMaker(
  destination: Destination,
  mapping: Mapping,
): (number: number, style?: RowStyle) => MappedRow {
  const specs = destination.mapping.fields;
  return (number, style = 'plain') => {
    const identitySpec = specs[destination.mapping.identity];
    const longest = style === 'longest' ? (identitySpec?.maxLength ?? 254) : 0;
    const identity = identitySpec?.format === 'email' ? emailOf(number, longest) : keyOf(number, longest);
    const fields: Record<string, FieldValue> = {};
    for (const key of Object.keys(mapping.fields)) {
      const spec = specs[key];
      if (spec) fields[key] = fieldValue(key, spec, number, style);
    }
    fields[destination.mapping.identity] = identity;
    const custom = mapping.custom.map(
      ({ name, type }) => [name, typedValue(type, number, style, 500)] as const,
    );
    return { identity, fields, custom: Object.fromEntries(custom) };
  };
}

function fieldValue(key: string, spec: MappingFieldSpec, number: number, style: RowStyle): FieldValue {
  if (style === 'empty') return null;
  const longest = style === 'longest' ? (spec.maxLength ?? 0) : 0;
  if (spec.format === 'email') return emailOf(number, longest, key);
  if (spec.semanticType === 'Identity.Service.Phone') return `+4790${String(number).padStart(6, '0')}`;
  return typedValue(spec.type, number, style, spec.maxLength ?? 100);
}

function typedValue(type: FieldType, number: number, style: RowStyle, maxLength: number): FieldValue {
  if (style === 'empty') return null;
  if (type === 'number') return number + 0.5;
  if (type === 'boolean') return number % 2 === 0;
  if (type === 'date') return new Date(Date.UTC(2024, 0, 1 + (number % 300))).toISOString();
  if (style === 'unicode') return UNICODE.slice(0, maxLength);
  if (style === 'awkward') return AWKWARD.slice(0, maxLength);
  if (style === 'longest') return '日'.repeat(maxLength);
  return `Value of person ${number}`.slice(0, maxLength);
}

function keyOf(number: number, length: number): string {
  return `person-${number}-`.padEnd(length, 'x');
}

/** An address of exactly this length, within the limits of its parts: 64 before the @, 63 between dots. */
function emailOf(number: number, length: number, prefix = 'person'): string {
  const short = `${prefix.replaceAll('_', '-')}-${number}@conformance.example.com`;
  if (length <= short.length) return short;
  const local = short.slice(0, short.indexOf('@')).padEnd(64, 'x');
  let domain = '';
  for (let left = length - local.length - 1 - '.com'.length; left > 0; left -= 63 + 1) {
    domain += `${domain === '' ? '' : '.'}${'d'.repeat(Math.min(left, 63))}`;
  }
  return `${local}@${domain}.com`;
}
