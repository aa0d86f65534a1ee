import { isEmail } from '@audience-relay/contracts';
import { intakeLimits } from './limits';
import { UnreadableFileError } from './problems';

/** A column's name as it is kept: what looks the same is the same. */
export function cleanName(name: string): string {
  return name
    .replace(/[\u200B\uFEFF]/g, '')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Why a text cannot be the name of a column; null when it can. `''` is none of these. */
export function nameProblem(name: string): { code: string; what: string } | null {
  if (/[\p{Control}\p{Surrogate}\p{Noncharacter_Code_Point}\uFFFD]/u.test(name))
    return { code: 'column-invalid', what: 'holds characters that cannot be shown' };
  if (name.length > intakeLimits.columnLength)
    return { code: 'column-too-long', what: `is longer than ${intakeLimits.columnLength} characters` };
  if (isEmail(name.toLowerCase()))
    return { code: 'no-header', what: 'is an e-mail address: the first line seems to be a person' };
  return null;
}

/**
 * The names of columns by the cells of a header row. A column without a name is left out of the import; of columns
 * named alike the further ones are numbered.
 * @throws UnreadableFileError
 */
export function columnNames(cells: readonly string[]): string[] {
  if (cells.length === 0)
    throw new UnreadableFileError('header-broken', 'The quotation marks of the header row do not match.');
  const names = cells.map(cleanName);
  while (names.at(-1) === '') names.pop();
  if (names.length > intakeLimits.columns) {
    throw new UnreadableFileError(
      'too-many-columns',
      `The file has ${names.length} columns; it can have ${intakeLimits.columns} at most.`,
    );
  }
  for (const [place, name] of names.entries()) {
    const problem = nameProblem(name);
    if (problem) {
      throw new UnreadableFileError(
        problem.code,
        `The name of column ${place + 1} ${problem.what}. Name the columns in the header row, or say which line it is.`,
      );
    }
  }
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (name === '' || !seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = 2;
    while (taken.has(`${name} (${number})`)) number += 1;
    taken.add(`${name} (${number})`);
    return `${name} (${number})`;
  });
}
