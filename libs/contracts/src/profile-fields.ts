/** How a profile field's values are compared and sent. */
export const fieldTypes = ['text', 'number', 'date', 'boolean'] as const;

export type FieldType = (typeof fieldTypes)[number];

/** How numbers (`1,234.5` or `1.234,5`) and dates (`31/12/2026` or `12/31/2026`) are written. */
export const valueFormats = ['decimal-point', 'decimal-comma', 'day-first', 'month-first'] as const;

export type ValueFormat = (typeof valueFormats)[number];

/** What a profile field means, whatever its column was called. Used to preselect mappings. */
export const semanticTypes = [
  'Person.FirstName',
  'Person.LastName',
  'Person.FullName',
  'Identity.Service.Email',
  'Identity.Service.Phone',
  'Location.AddressLine1',
  'Location.AddressLine2',
  'Location.City',
  'Location.State',
  'Location.Country',
  'Location.PostalCode',
  'Organization.Name',
  'Website',
  'Custom',
] as const;

export type SemanticType = (typeof semanticTypes)[number];

/** One field of the unified profile. `key` is its name in profiles, rules and mappings. */
export interface ProfileField {
  key: string;
  label: string;
  type: FieldType;
  semanticType: SemanticType;
  /** The column of imports that fills it, whatever the field is called since. Absent: one that is named like it. */
  column?: string;
}

/** The value of one field. Dates are ISO 8601 strings. A field that is absent and a field that is null are the same. */
export type FieldValue = string | number | boolean | null;
