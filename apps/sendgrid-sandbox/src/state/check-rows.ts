import type { ContactRow, Identifier } from './contact';
import { ALTERNATE_EMAILS, IDENTIFIERS, TEXT_FIELDS } from './contact';
import type { CustomField } from './custom-field';
import { isEmail } from './row-values';

export interface FieldError {
  field: string;
  message: string;
}

/**
 * What the service checks before it answers 202. Any error here refuses the whole request, however many
 * contacts it holds. Bad phone numbers, dates and numbers are not among them: those fail later, in the job.
 */
export function checkRows(
  rows: readonly unknown[],
  fields: ReadonlyMap<string, CustomField>,
  now: number,
): FieldError[] {
  const errors: FieldError[] = [];
  const unknownIds = new Set<string>();
  rows.forEach((row, index) => {
    const at = `contacts[${index}]`;
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      errors.push({ field: at, message: 'each contact must be an object' });
      return;
    }
    checkRow(row as ContactRow, at, errors);
    const custom = (row as ContactRow)['custom_fields'];
    if (typeof custom !== 'object' || custom === null) return;
    for (const id in custom) {
      const field = fields.get(id);
      if (!field || field.usableAt > now) unknownIds.add(id);
    }
  });
  if (unknownIds.size > 0) {
    const message = `invalid custom field ids supplied - ${[...unknownIds].join(',')}`;
    errors.push({ field: 'custom_fields', message });
  }
  return errors;
}

/** What is wrong with a row that came by a file, where nothing was checked before; undefined if nothing is. */
export function rowError(row: ContactRow): string | undefined {
  const errors: FieldError[] = [];
  checkRow(row, 'row', errors);
  return errors[0]?.message;
}

function checkRow(row: ContactRow, at: string, errors: FieldError[]): void {
  let identified = false;
  for (const key in row) {
    const longest = TEXT_FIELDS.get(key);
    const value = row[key];
    if (longest === undefined || value === null) continue;
    if (typeof value !== 'string') {
      errors.push({ field: `${at}.${key}`, message: `${key} should be a string` });
      continue;
    }
    if (value === '') continue;
    if (IDENTIFIERS.includes(key as Identifier)) identified = true;
    if (value.length > longest && [...value].length > longest) {
      const message = `${key} should not be longer than ${longest} characters`;
      errors.push({ field: `${at}.${key}`, message });
    } else if (key === 'email' && !isEmail(value)) {
      errors.push({ field: `${at}.email`, message: `email '${value}' is not valid` });
    }
  }
  if (!identified && !errors.some((error) => error.field.startsWith(`${at}.`))) {
    errors.push({ field: at, message: `at least one identifier is required: ${IDENTIFIERS.join(', ')}` });
  }
  checkAlternateEmails(row['alternate_emails'], `${at}.alternate_emails`, errors);
  const custom = row['custom_fields'];
  if (custom !== undefined && custom !== null && (typeof custom !== 'object' || Array.isArray(custom))) {
    errors.push({ field: `${at}.custom_fields`, message: 'custom_fields should be an object' });
  }
}

function checkAlternateEmails(value: unknown, at: string, errors: FieldError[]): void {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value) || value.some((email) => typeof email !== 'string')) {
    errors.push({ field: at, message: 'alternate_emails should be an array of strings' });
    return;
  }
  if (value.length > ALTERNATE_EMAILS.items) {
    const message = `alternate_emails should not hold more than ${ALTERNATE_EMAILS.items} addresses`;
    errors.push({ field: at, message });
  }
  for (const email of value as string[]) {
    if (!isEmail(email)) errors.push({ field: at, message: `email '${email}' is not valid` });
  }
}
