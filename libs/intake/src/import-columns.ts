import { type FieldType, type ProfileField, toFieldValue } from '@audience-relay/contracts';
import { columnMeaning, holdsMarks, keyOf, likeliestIdColumn } from './column-meaning';
import type { ImportColumn } from './ports';
import { UnreadableFileError } from './problems';
import type { Cell, SourceRow } from './source-row';

const guessable = ['boolean', 'number', 'date'] as const satisfies readonly FieldType[];

/** Which profile field each column of one file fills. Learns columns as they come to light. */
export class ImportColumns {
  readonly columns: ImportColumn[] = [];
  private readonly byKey: Map<string, ProfileField>;

  /** @param idColumn Null = ids are derived from the e-mail address. */
  private constructor(
    known: readonly ProfileField[],
    readonly idColumn: string | null,
  ) {
    this.byKey = new Map(known.map((field) => [field.key, field]));
  }

  /**
   * @param known Fields that profiles have already: their types stay.
   * @param asked The column that the sender says holds the ids.
   * @throws UnreadableFileError when there is nothing by which to tell people apart.
   */
  static open(
    names: readonly string[],
    rows: readonly SourceRow[],
    known: readonly ProfileField[],
    asked?: string,
  ): { columns: ImportColumns; added: ProfileField[] } {
    if (asked !== undefined && !names.includes(asked)) {
      throw new UnreadableFileError(
        'id-column-missing',
        `The file has no column "${asked.slice(0, 60)}" for the profile id.`,
      );
    }
    const columns = new ImportColumns(known, asked ?? likeliestIdColumn(names) ?? null);
    const added = columns.learn(names, rows);
    if (columns.idColumn === null && columns.emailPlace < 0) {
      throw new UnreadableFileError(
        'no-identity',
        'The file has neither a column for the profile id (say "id" or "customer id") nor one for the e-mail address.',
      );
    }
    return { columns, added };
  }

  get idPlace(): number {
    return this.columns.findIndex(({ column }) => column === this.idColumn);
  }

  get emailPlace(): number {
    return this.columns.findIndex(({ semanticType }) => semanticType === 'Identity.Service.Email');
  }

  /**
   * Takes in columns that are new since the last call, with some rows to see what their values are like.
   * @returns Fields that profiles did not have.
   */
  learn(names: readonly string[], rows: readonly SourceRow[]): ProfileField[] {
    const added: ProfileField[] = [];
    for (let place = this.columns.length; place < names.length; place += 1) {
      const column = names[place] ?? '';
      if (column === this.idColumn) {
        this.columns.push({ column, field: null, semanticType: 'Custom', type: 'text' });
        continue;
      }
      const proposed = this.propose(column, () =>
        rows.map((row) => ('cells' in row ? row.cells[place] : null)),
      );
      const field = this.byKey.get(proposed.key) ?? proposed;
      if (field === proposed) {
        this.byKey.set(field.key, field);
        added.push(field);
      }
      this.columns.push({ column, field: field.key, semanticType: field.semanticType, type: field.type });
    }
    return added;
  }

  private propose(column: string, cells: () => (Cell | undefined)[]): ProfileField {
    const meaning = columnMeaning(column);
    if (meaning && !this.isTaken(meaning.key)) return { ...meaning, type: 'text' };
    const label = column.slice(0, 100);
    const key = this.freeKey(keyOf(column));
    if (meaning) return { key, label, type: 'text', semanticType: meaning.semanticType };
    return { key, label, type: holdsMarks(column) ? 'text' : guessType(cells()), semanticType: 'Custom' };
  }

  /** Two columns of one file never fill the same field. */
  private isTaken(key: string): boolean {
    return this.columns.some(({ field }) => field === key);
  }

  private freeKey(key: string): string {
    let free = key;
    for (let count = 2; this.isTaken(free); count += 1) free = `${key}_${count}`;
    return free;
  }
}

/** The narrowest type that every value seen is of; text when there is none to see. */
function guessType(cells: readonly (Cell | undefined)[]): FieldType {
  const values = cells.filter((cell) => cell !== undefined && cell !== null && cell !== '');
  if (values.length === 0) return 'text';
  const fits = (type: FieldType): boolean =>
    values.every((value) => toFieldValue(value ?? null, type) !== undefined);
  return guessable.find(fits) ?? 'text';
}
