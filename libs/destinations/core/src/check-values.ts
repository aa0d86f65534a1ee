import type { FieldSpec, FieldSpecs, FieldValues } from './field-spec';

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

/**
 * Checks what a person entered for `connection.fields` or `settings.fields`. Called by the API before it stores.
 * @param kept values stored before: a secret that the input leaves out or empty keeps its stored value.
 */
export function checkValues(specs: FieldSpecs, input: unknown, kept: FieldValues = {}): CheckedValues {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { values: {}, problems: [{ path: '', message: 'Must be an object of fields.' }] };
  }
  const entered = new Map<string, unknown>(Object.entries(input));
  const values: Record<string, FieldValues[string]> = {};
  const problems: FieldProblem[] = [];

  for (const key of entered.keys()) {
    if (!Object.hasOwn(specs, key)) problems.push({ path: key, message: 'There is no such field.' });
  }
  for (const [key, spec] of Object.entries(specs)) {
    const value = given(entered.get(key)) ?? (spec.type === 'secret' ? kept[key] : defaultOf(spec));
    const message = value === undefined ? missing(spec) : wrong(spec, value);
    if (message !== undefined) problems.push({ path: key, message });
    else if (value !== undefined) values[key] = value as FieldValues[string];
  }
  return { values, problems };
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
      return wrongText(label, value, DEFAULT_MAX_LENGTH);
    case 'text':
    case 'secret':
      return wrongText(label, value, spec.maxLength ?? DEFAULT_MAX_LENGTH, spec.pattern);
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

/** A pattern that must match the whole value, whatever anchors its author wrote. */
export function wholePattern(source: string): RegExp {
  return new RegExp(`^(?:${source})$`, 'u');
}
