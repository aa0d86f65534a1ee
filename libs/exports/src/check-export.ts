import type {
  DeliveryMode,
  FieldType,
  FieldValue,
  ProblemFieldError,
  ProfileField,
} from '@audience-relay/contracts';
import {
  checkValues,
  type CustomFieldsSpec,
  type Destination,
  type FieldSpecs,
  type FieldValues,
  type Mapping,
  type MappingSpec,
  wholePattern,
} from '@audience-relay/destinations/core';

/** What of an export depends on its destination. */
export interface DestinationChoices {
  settings: unknown;
  settingsLabels: Record<string, unknown>;
  mapping: Mapping;
  mode: DeliveryMode;
  removeStrangers?: boolean;
}

export interface CheckedChoices {
  /** Trimmed, with defaults filled in. */
  settings: Record<string, FieldValue>;
  errors: ProblemFieldError[];
}

/** Names of targets are for people; this is more than any destination's list is called. */
const maxLabelLength = 300;

/** Types of profile fields that a remote field of this type can be filled from. */
const convertible: Readonly<Record<FieldType, readonly FieldType[]>> = {
  text: ['text', 'number', 'date', 'boolean'],
  number: ['number', 'text'],
  date: ['date', 'text'],
  boolean: ['boolean', 'text'],
};

/** Checks an export against what its destination can hold and what profiles have. All mistakes are told at once. */
export function checkExport(
  destination: Destination,
  profileFields: readonly ProfileField[],
  { settings, settingsLabels, mapping, mode, removeStrangers = false }: DestinationChoices,
): CheckedChoices {
  const checked = checkValues(destination.settings.fields, settings);
  const known = new Map(profileFields.map((field) => [field.key, field]));
  return {
    settings: toStored(checked.values),
    errors: [
      ...checked.problems.map(({ path, message }) => ({ path: joined('settings', path), message })),
      ...labelErrors(destination.settings.fields, settingsLabels),
      ...fieldErrors(destination.mapping, mapping, known),
      ...customErrors(destination.mapping.customFields, mapping, known),
      ...modeErrors(destination, mode),
      ...(removeStrangers ? strangerErrors(destination, mode) : []),
    ],
  };
}

function toStored(values: FieldValues): Record<string, FieldValue> {
  return { ...values };
}

function joined(parent: string, path: string): string {
  return path === '' ? parent : `${parent}.${path}`;
}

function labelErrors(specs: FieldSpecs, labels: Record<string, unknown>): ProblemFieldError[] {
  return Object.entries(labels).flatMap(([key, label]) => {
    const path = `settingsLabels.${key}`;
    const spec = Object.hasOwn(specs, key) ? specs[key] : undefined;
    if (spec?.type !== 'target') return [{ path, message: 'There is no such target setting.' }];
    if (typeof label === 'string' && label.length <= maxLabelLength) return [];
    return [{ path, message: `A name must be text of at most ${maxLabelLength} characters.` }];
  });
}

function fieldErrors(
  spec: MappingSpec,
  { fields }: Mapping,
  known: ReadonlyMap<string, ProfileField>,
): ProblemFieldError[] {
  const errors = Object.entries(fields).flatMap(([key, source]): ProblemFieldError[] => {
    const path = `mapping.fields.${key}`;
    const target = Object.hasOwn(spec.fields, key) ? spec.fields[key] : undefined;
    if (!target) return [{ path, message: 'The destination has no such field.' }];
    return sourceErrors(path, target.label, target.type, source, known);
  });
  for (const [key, { label, required }] of Object.entries(spec.fields))
    if ((required || key === spec.identity) && !Object.hasOwn(fields, key))
      errors.push({ path: `mapping.fields.${key}`, message: `${label} must be mapped to a profile field.` });
  for (const group of spec.atLeastOneOf ?? [])
    if (!group.some((key) => Object.hasOwn(fields, key))) {
      const labels = group.map((key) => spec.fields[key]?.label ?? key).join(', ');
      errors.push({ path: 'mapping.fields', message: `At least one of these must be mapped: ${labels}.` });
    }
  return errors;
}

function customErrors(
  spec: CustomFieldsSpec | undefined,
  { custom }: Mapping,
  known: ReadonlyMap<string, ProfileField>,
): ProblemFieldError[] {
  if (!spec)
    return custom.length > 0
      ? [{ path: 'mapping.custom', message: 'The destination has no custom fields.' }]
      : [];
  const errors: ProblemFieldError[] = [];
  if (custom.length > spec.max)
    errors.push({ path: 'mapping.custom', message: `At most ${spec.max} custom fields can be mapped.` });
  const names = new Set<string>();
  for (const [index, { name, source, type }] of custom.entries()) {
    const path = `mapping.custom.${index}`;
    if (!wholePattern(spec.namePattern.source).test(name))
      errors.push({ path: `${path}.name`, message: spec.namePattern.message });
    if (names.has(name.toLowerCase()))
      errors.push({ path: `${path}.name`, message: `The custom field ${name} is mapped twice.` });
    names.add(name.toLowerCase());
    if (!spec.types.includes(type))
      errors.push({ path: `${path}.type`, message: `The destination takes ${spec.types.join(', ')}.` });
    else errors.push(...sourceErrors(`${path}.source`, name, type, source, known));
  }
  return errors;
}

function sourceErrors(
  path: string,
  label: string,
  type: FieldType,
  source: unknown,
  known: ReadonlyMap<string, ProfileField>,
): ProblemFieldError[] {
  const field = typeof source === 'string' ? known.get(source) : undefined;
  if (!field) return [{ path, message: `${label} is mapped to a profile field that does not exist.` }];
  if (convertible[type].includes(field.type)) return [];
  return [{ path, message: `${label} holds ${type} values; ${field.label} holds ${field.type} values.` }];
}

function modeErrors({ name, capabilities }: Destination, mode: DeliveryMode): ProblemFieldError[] {
  if (capabilities.modes.includes(mode)) return [];
  return [
    {
      path: 'mode',
      message: `${name} does not support ${mode}; it supports ${capabilities.modes.join(', ')}.`,
    },
  ];
}

function strangerErrors({ name, listPeople }: Destination, mode: DeliveryMode): ProblemFieldError[] {
  const path = 'removeStrangers';
  if (mode !== 'mirror') return [{ path, message: 'Only an export in the mode mirror takes people off.' }];
  if (!listPeople) return [{ path, message: `${name} cannot tell who is on its targets.` }];
  return [];
}
