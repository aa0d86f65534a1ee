import { type FieldValue, isEmail, toFieldValue } from '@audience-relay/contracts';
import { createHash } from 'node:crypto';
import type { ImportColumns } from './import-columns';
import { intakeLimits } from './limits';
import type { Cell, RowProblem, SourceRow } from './source-row';

/** A row as it goes into a profile. */
export interface ImportedProfile {
  line: number;
  id: string;
  /** Null: the file says that there is no value. A field that the row does not tell about is absent. */
  values: Record<string, FieldValue>;
  /** As the row has it; '' = it has none. */
  email: string;
  /** The text that a value was read from, where it is not the value itself, or is not of the field's type. */
  texts?: Record<string, string>;
}

export interface ReadRow {
  /** Null: the row is rejected. */
  profile: ImportedProfile | null;
  rejected: RowProblem | null;
  warnings: RowProblem[];
  /** Places of values that are not of their field's type. */
  misfits: readonly number[];
}

const none: readonly number[] = [];

const reject = (code: string, reason: string): ReadRow => ({
  profile: null,
  rejected: { code, reason },
  warnings: [],
  misfits: none,
});

const typeNames = { text: 'a text', number: 'a number', date: 'a date', boolean: 'true or false' } as const;

/** Ids go into addresses, logs and keys of other collections: one visible word or phrase. */
const idPattern = /^[^\p{Control}\p{Surrogate}]+$/u;

/**
 * An id for a person who has none, the same for the same address in every file. Two people out of a million share
 * one once in 10^17 files.
 */
function idOfEmail(email: string): string {
  return `p_${createHash('sha256').update(email.trim().toLowerCase()).digest('hex').slice(0, 24)}`;
}

/** Makes a profile of a row, or says why not. */
export function rowToProfile(row: SourceRow, columns: ImportColumns): ReadRow {
  if ('problem' in row) return reject(row.problem.code, row.problem.reason);
  const { idPlace, emailPlace } = columns;
  const warnings = [...(row.warnings ?? [])];
  const values: Record<string, FieldValue> = {};
  let texts: Record<string, string> | undefined;
  let misfits: number[] | undefined;

  for (const [place, { column, field, type, format }] of columns.columns.entries()) {
    const cell = row.cells[place];
    if (cell === undefined) continue;
    if (place === idPlace || place === emailPlace) {
      const unstorable = unstorableReason(cell, column);
      if (unstorable) return reject(unstorable.code, unstorable.reason);
    }
    if (field === null) continue;
    if (columns.isBlank(cell)) {
      if (columns.blanks === 'clear') values[field] = null;
      continue;
    }
    const unstorable = unstorableReason(cell, column);
    if (unstorable?.code === 'value-too-long') {
      warnings.push(unstorable);
      continue;
    }
    if (unstorable) return reject(unstorable.code, unstorable.reason);
    const value = toFieldValue(typeof cell === 'string' ? oneLineEnd(cell) : cell, type, format);
    if (value !== undefined) values[field] = value;
    else {
      (misfits ??= []).push(place);
      warnings.push({
        code: 'value-left-out',
        reason: `The value of "${column}" is not ${typeNames[type]}; only its text was kept.`,
      });
    }
    if (type !== 'text' && typeof cell !== 'number' && typeof cell !== 'boolean') {
      const text = String(cell).trim();
      if (String(value) !== text) (texts ??= {})[field] = text;
    } else if (value === undefined) (texts ??= {})[field] = String(cell);
  }

  const email = textOf(row.cells[emailPlace]);
  const id = idPlace >= 0 ? textOf(row.cells[idPlace]) : email === '' ? '' : idOfEmail(email);
  if (id === '') {
    return columns.idColumn === null
      ? reject('missing-id', 'The row has no e-mail address, and the file no column for the profile id.')
      : reject('missing-id', `The row has no value in "${columns.idColumn}", the column of profile ids.`);
  }
  if (id.length > intakeLimits.idLength) {
    return reject('id-too-long', `The profile id is longer than ${intakeLimits.idLength} characters.`);
  }
  if (!idPattern.test(id)) {
    return reject('id-invalid', 'The profile id holds characters that cannot be shown.');
  }
  if (email !== '' && !isEmail(email.toLowerCase())) {
    warnings.push({
      code: 'email-invalid',
      reason: 'The e-mail address is not well formed; exports will skip this person.',
    });
  }
  const profile: ImportedProfile = { line: row.line, id, values, email };
  if (texts) profile.texts = texts;
  return { profile, rejected: null, warnings, misfits: misfits ?? none };
}

/** The same text has the same line ends, whatever system its file comes from. */
function oneLineEnd(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function unstorableReason(value: Cell, column: string): RowProblem | null {
  if (typeof value !== 'string') return null;
  if (value.length > intakeLimits.valueLength) {
    return {
      code: 'value-too-long',
      reason: `The value of "${column}" is longer than ${intakeLimits.valueLength} characters; it was left out.`,
    };
  }
  if (value.includes('\uFFFD')) {
    return {
      code: 'not-utf-8',
      reason: `The value of "${column}" has characters that cannot be read. Choose another encoding, or save the file as "CSV UTF-8".`,
    };
  }
  if (value.includes('\0')) {
    return { code: 'not-text', reason: `The value of "${column}" holds a character that no text can hold.` };
  }
  return null;
}

function textOf(cell: Cell | undefined): string {
  return cell === undefined || cell === null ? '' : String(cell).trim();
}
