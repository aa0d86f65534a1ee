interface BaseFieldSpec {
  /** Shown beside the input. */
  label: string;
  /** One or two sentences of help below the input. */
  description?: string;
  /** Default false. A required field must hold a value before the form can be saved. */
  required?: boolean;
  /** Shown only after "More options". Default false. */
  advanced?: boolean;
  /**
   * Whether the value decides where requests go: an address, a host, a port, a region, a subdomain. When it changes,
   * the secrets of the connection must be entered again. A text field of a connection with secrets must say it, true
   * or false.
   */
  address?: boolean;
}

/** A line of text. */
export interface TextFieldSpec extends BaseFieldSpec {
  type: 'text';
  placeholder?: string;
  /** In characters. Default 1000. */
  maxLength?: number;
  /** A regular expression (without slashes) that the whole value must match, and the sentence shown when it does not. */
  pattern?: { source: string; message: string };
  default?: string;
}

/** A credential: encrypted at rest, write-only over the API, never logged. */
export interface SecretFieldSpec extends BaseFieldSpec {
  type: 'secret';
  placeholder?: string;
  /** In characters. Default 1000. */
  maxLength?: number;
  /** A regular expression (without slashes) that the whole value must match, and the sentence shown when it does not. */
  pattern?: { source: string; message: string };
}

export interface NumberFieldSpec extends BaseFieldSpec {
  type: 'number';
  min?: number;
  max?: number;
  default?: number;
}

export interface BooleanFieldSpec extends BaseFieldSpec {
  type: 'boolean';
  default?: boolean;
}

/** One of a few. */
export interface SelectFieldSpec extends BaseFieldSpec {
  type: 'select';
  options: readonly { value: string; label: string }[];
  default?: string;
}

/** The id of one of the destination's targets (a list, an audience, a folder), chosen from `targets()`. */
export interface TargetFieldSpec extends BaseFieldSpec {
  type: 'target';
}

export type FieldSpec =
  TextFieldSpec | SecretFieldSpec | NumberFieldSpec | BooleanFieldSpec | SelectFieldSpec | TargetFieldSpec;

/** Field specs by name. The declaration drives the form, the encryption, the masking and the types. */
export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

type ValueOf<Spec extends FieldSpec> = Spec extends NumberFieldSpec
  ? number
  : Spec extends BooleanFieldSpec
    ? boolean
    : Spec extends SelectFieldSpec
      ? Spec['options'][number]['value']
      : string;

type AlwaysSet<Specs extends FieldSpecs> = {
  [Key in keyof Specs]: Specs[Key] extends { required: true } | { default: string | number | boolean }
    ? Key
    : never;
}[keyof Specs];

/** The values that belong to field specs: required fields and fields with a default are always there. */
export type ValuesOf<Specs extends FieldSpecs> = {
  readonly [Key in AlwaysSet<Specs>]: ValueOf<Specs[Key]>;
} & {
  readonly [Key in Exclude<keyof Specs, AlwaysSet<Specs>>]?: ValueOf<Specs[Key]>;
};

/** Values of field specs whose types are not known here: as stored, and as the API takes them. */
export type FieldValues = Readonly<Record<string, string | number | boolean>>;

/** Stored values with the defaults of fields that they lack: those of fields that a plugin got since. */
export function withDefaults(specs: FieldSpecs, stored: FieldValues): FieldValues {
  const defaults = Object.entries(specs).flatMap(([key, spec]) =>
    'default' in spec && spec.default !== undefined ? [[key, spec.default] as const] : [],
  );
  return { ...Object.fromEntries(defaults), ...stored };
}
