import { canonicalDate, type FieldType, type FieldValue } from '@audience-relay/contracts';

/** Whether a value is of a field's type, dates in their canonical form included. */
export function isOfType(value: unknown, type: FieldType): value is FieldValue {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && canonicalDate(value) === value;
  }
}
