import { type FieldSpec, type FieldSpecs, type FieldValues, withDefaults } from './field-spec';

/** What is wrong with one field: `path` is the field's key, `message` a sentence for the person who filled it in. */
export interface FieldProblem {
  path: string;
  message: string;
}

export interface CheckedValues {
  /** Trimmed, with defaults filled in. Whole only if there are no problems. */
  values: FieldValues;
  problems: readonly FieldProblem[];
}

const DEFAULT_MAX_LENGTH = 1000;

/** Checks what a person entered for `connection.fields` or `settings.fields`. Called by the API before it stores. */
export function checkValues(specs: FieldSpecs, input: unknown): CheckedValues {
  if (!isObject(input)) return { values: {}, problems: [noObject] };
  const entered = new Map<string, unknown>(Object.entries(input));
  const values: Record<string, FieldValues[string]> = {};
  const problems: FieldProblem[] = [];

  for (const key of entered.keys()) {
    if (!Object.hasOwn(specs, key)) problems.push({ path: key, message: 'There is no such field.' });
  }
  for (const [key, spec] of Object.entries(specs)) {
    const value = given(entered.get(key)) ?? defaultOf(spec);
    const message = value === undefined ? missing(spec) : wrong(spec, value);
    if (message !== undefined) problems.push({ path: key, message });
    else if (value !== undefined) values[key] = value as FieldValues[string];
  }
  return { values, problems };
}

/** What is stored of the values that are changed. */
export interface StoredValues {
  /** Secrets in clear. */
  values: FieldValues;
  /** Secrets that are stored and cannot be decrypted any more. */
  unreadable?: readonly string[];
}

/**
 * Checks a change of stored values. A field that the input leaves out keeps its value, null clears one, and a secret
 * that is left empty is kept too; but no stored secret is kept when an address changes in any way: whoever may edit a
 * connection must not be able to have its credentials sent to a machine of their own.
 */
export function changeValues(specs: FieldSpecs, stored: StoredValues, input: unknown): CheckedValues {
  if (!isObject(input)) return { values: {}, problems: [noObject] };
  const { unreadable = [] } = stored;
  const before = withDefaults(specs, knownOf(specs, stored.values));
  const entered = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const untouched = Object.keys(specs).filter(
    (key) =>
      specs[key]?.type === 'secret' &&
      (before[key] !== undefined || unreadable.includes(key)) &&
      entered[key] !== null &&
      given(entered[key]) === undefined,
  );
  const kept = Object.fromEntries(untouched.map((key) => [key, before[key]]));
  const { values, problems } = checkValues(specs, { ...before, ...entered, ...kept });

  const wrongFields = new Set(problems.map(({ path }) => path));
  const moved = Object.keys(specs).find(
    (key) => specs[key]?.address && !wrongFields.has(key) && values[key] !== before[key],
  );
  const again = moved === undefined ? untouched.filter((key) => unreadable.includes(key)) : untouched;
  const reason =
    moved === undefined
      ? 'what is stored cannot be decrypted'
      : `this was changed: ${specs[moved]?.label ?? moved}`;
  return {
    values: Object.fromEntries(Object.entries(values).filter(([key]) => !again.includes(key))),
    problems: [
      ...problems.filter(({ path }) => !again.includes(path)),
      ...again.map((path) => ({
        path,
        message: `${specs[path]?.label ?? path} must be entered again, because ${reason}.`,
      })),
    ],
  };
}

/** Without fields that the destination no longer has. */
function knownOf(specs: FieldSpecs, stored: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(stored).filter(([key]) => Object.hasOwn(specs, key)));
}

const noObject: FieldProblem = { path: '', message: 'Must be an object of fields.' };

function isObject(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** What was entered, trimmed; undefined if that is nothing. */
function given(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'string') return value;
  return value.trim() === '' ? undefined : value.trim();
}

function defaultOf(spec: FieldSpec): FieldValues[string] | undefined {
  return 'default' in spec ? spec.default : undefined;
}

function missing({ required, label }: FieldSpec): string | undefined {
  return required ? `${label} is needed.` : undefined;
}

function wrong(spec: FieldSpec, value: unknown): string | undefined {
  const { label } = spec;
  switch (spec.type) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return `${label} must be a number.`;
      if (spec.min !== undefined && value < spec.min) return `${label} must be at least ${spec.min}.`;
      if (spec.max !== undefined && value > spec.max) return `${label} must be at most ${spec.max}.`;
      return undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${label} must be true or false.`;
    case 'select':
      return spec.options.some((option) => option.value === value)
        ? undefined
        : `${label} must be one of: ${spec.options.map((option) => option.value).join(', ')}.`;
    case 'target':
      // As a part of a path these would lead to another endpoint, with the credentials of the connection.
      if (value === '.' || value === '..') return `${label} must be chosen from the list.`;
      return wrongText(label, value, DEFAULT_MAX_LENGTH);
    case 'text':
    case 'secret':
      return (
        wrongText(label, value, spec.maxLength ?? DEFAULT_MAX_LENGTH, spec.pattern) ??
        (spec.address && holdsUser(String(value))
          ? `${label} must not hold a user name or a password.`
          : undefined)
      );
  }
}

function wrongText(
  label: string,
  value: unknown,
  maxLength: number,
  pattern?: { source: string; message: string },
): string | undefined {
  if (typeof value !== 'string') return `${label} must be text.`;
  if (value.length > maxLength) return `${label} must have at most ${maxLength} characters.`;
  if (pattern && !wholePattern(pattern.source).test(value)) return pattern.message;
  return undefined;
}

/** Whether an address, with or without its scheme, carries credentials, which would be stored and shown in the open. */
function holdsUser(address: string): boolean {
  const whole = address.includes('://') ? address : `https://${address}`;
  if (!URL.canParse(whole)) return false;
  const { username, password } = new URL(whole);
  return username !== '' || password !== '';
}

/** A pattern that must match the whole value, whatever anchors its author wrote. */
export function wholePattern(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u');
}
