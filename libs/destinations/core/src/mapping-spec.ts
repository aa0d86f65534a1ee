import type { FieldType, FieldValue, SemanticType } from '@audience-relay/contracts';

/** One field of the remote record that a profile field can be mapped to. */
export interface MappingFieldSpec {
  label: string;
  /** One or two sentences of help, or a warning. */
  description?: string;
  type: FieldType;
  /** The field must be mapped, and a member without a value for it is skipped with that reason. Default false. */
  required?: boolean;
  /** In characters. A longer value is left out of that record, with a warning; an identity is never cut. */
  maxLength?: number;
  /** The profile field with this meaning is preselected. */
  semanticType?: SemanticType;
  /** Values must be well-formed e-mail addresses; they are trimmed and lower-cased before anything else. */
  format?: 'email';
}

export interface CustomFieldsSpec {
  /** Types that the destination can store. */
  types: readonly FieldType[];
  /** The whole name must match this (see `wholePattern`); the sentence is shown when it does not. */
  namePattern: { source: string; message: string };
  /** The most that one export may map. */
  max: number;
}

/** What a record can hold. Drives the mapping form, validation and dedupe. */
export interface MappingSpec<
  Fields extends Readonly<Record<string, MappingFieldSpec>> = Readonly<Record<string, MappingFieldSpec>>,
> {
  fields: Fields;
  /** The field by which the destination tells people apart. Two members with the same value are one person. */
  identity: keyof Fields & string;
  /** Of each group at least one field must be mapped and filled. */
  atLeastOneOf?: readonly (readonly (keyof Fields & string)[])[];
  /** Absent: the destination has no custom fields. */
  customFields?: CustomFieldsSpec;
}

/** A custom field of an export's mapping: by the name it has at the destination, never by its remote id. */
export interface CustomFieldMapping {
  /** The profile field's key. */
  source: string;
  /** The field's name at the destination. */
  name: string;
  type: FieldType;
}

/** An export's mapping: which profile field fills which remote field. */
export interface Mapping {
  /** Remote field name -> profile field key. */
  fields: Readonly<Record<string, string>>;
  custom: readonly CustomFieldMapping[];
}

/** One member after mapping and validation, as a plugin's `encode` gets it. */
export interface MappedRow {
  /** The identity's value: trimmed, and lower-cased if it is an e-mail address. */
  identity: string;
  /**
   * Remote field name -> value. `null` = the profile has no value: clear the remote field.
   * A field that is absent is left as it is at the destination.
   */
  fields: Readonly<Record<string, FieldValue>>;
  /** Custom field name -> value; same meaning of null. */
  custom: Readonly<Record<string, FieldValue>>;
}
