import type { ContactRow, ContactValues, CustomValue } from './contact';
import { TEXT_FIELDS } from './contact';
import type { CustomField, FieldType } from './custom-field';

const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i;
const PHONE = /^\+?[0-9 ().-]+$/;
const AMERICAN_DATE = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export function isEmail(value: string): boolean {
  if (value.length > 254 || !EMAIL.test(value)) return false;
  const local = value.slice(0, value.lastIndexOf('@'));
  return local.length <= 64 && !local.startsWith('.') && !local.endsWith('.') && !local.includes('..');
}

export function isPhone(value: string): boolean {
  if (!PHONE.test(value)) return false;
  const digits = value.replace(/\D/g, '').length;
  return digits >= 7 && digits <= 15;
}

/**
 * The values that a row sets, in the form in which they are stored, or the reason why the row is refused.
 * These are the failures that the service reports only in the job, long after it accepted the request.
 */
export function rowValues(
  row: ContactRow,
  fields: ReadonlyMap<string, CustomField>,
): ContactValues | { reason: string } {
  const values: ContactValues = {};
  for (const key in row) {
    const value = row[key];
    if (typeof value === 'string') {
      if (!TEXT_FIELDS.has(key)) continue;
      if ((key === 'phone_number' || key === 'phone_number_id') && value !== '' && !isPhone(value)) {
        return { reason: `${key} '${value}' is not valid` };
      }
      values[key] = key === 'email' ? value.toLowerCase() : value;
    } else if (key === 'alternate_emails' && Array.isArray(value)) {
      values.alternate_emails = value.map((email: unknown) => String(email).toLowerCase());
    } else if (key === 'custom_fields' && value !== null && typeof value === 'object') {
      const custom = customValues(value as Readonly<Record<string, unknown>>, fields);
      if ('reason' in custom) return { reason: custom.reason };
      values.custom_fields = custom.values;
    }
  }
  return values;
}

function customValues(
  given: Readonly<Record<string, unknown>>,
  fields: ReadonlyMap<string, CustomField>,
): { values: Record<string, CustomValue> } | { reason: string } {
  const values: Record<string, CustomValue> = {};
  for (const id in given) {
    const field = fields.get(id);
    const value = given[id];
    // A field deleted since the request was accepted is simply gone.
    if (!field || value === null || value === undefined) continue;
    const stored = value === '' ? '' : customValue(value, field.type);
    if (stored === undefined) {
      return { reason: `custom field ${id} (${field.type}) does not take the value '${String(value)}'` };
    }
    values[id] = stored;
  }
  return { values };
}

function customValue(value: unknown, type: FieldType): CustomValue | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  if (type === 'Text') return String(value);
  if (type === 'Number') {
    const number = typeof value === 'number' ? value : Number(value.trim() === '' ? NaN : value);
    return Number.isFinite(number) ? number : undefined;
  }
  return typeof value === 'string' ? storedDate(value) : undefined;
}

function storedDate(value: string): string | undefined {
  const american = AMERICAN_DATE.exec(value);
  const [, month = '', day = '', year = ''] = american ?? [];
  const iso = american ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : value;
  if (!ISO_DATE.test(iso)) return undefined;
  const milliseconds = Date.parse(iso);
  if (Number.isNaN(milliseconds)) return undefined;
  // Date.parse rolls 31 February over into March; the service has no such day.
  const dayGiven = Number(iso.slice(8, 10));
  if (dayGiven > new Date(Date.UTC(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)), 0)).getUTCDate()) {
    return undefined;
  }
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
