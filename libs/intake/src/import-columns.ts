import {
  type FieldType,
  type FieldValue,
  type ProfileField,
  toFieldValue,
  type ValueFormat,
} from '@audience-relay/contracts';
import { cleanName } from './column-names';
import { columnMeaning, isFurther, isIdentifierColumn, keyOf, likeliestIdColumn } from './column-meaning';
import type { ImportColumn } from './ports';
import { UnreadableFileError } from './problems';
import type { Cell, SourceRow } from './source-row';

/** How a column is to be read, where a person chooses. */
export const columnFormats = [
  'text',
  'number',
  'number-decimal-comma',
  'date',
  'date-day-first',
  'date-month-first',
  'boolean',
] as const;

export type ColumnFormat = (typeof columnFormats)[number];

const readings: Record<ColumnFormat, Reading> = {
  text: { type: 'text', format: null },
  number: { type: 'number', format: 'decimal-point' },
  'number-decimal-comma': { type: 'number', format: 'decimal-comma' },
  date: { type: 'date', format: null },
  'date-day-first': { type: 'date', format: 'day-first' },
  'date-month-first': { type: 'date', format: 'month-first' },
  boolean: { type: 'boolean', format: null },
};

interface Reading {
  type: FieldType;
  format: ValueFormat | null;
}

/** What a person knows of a file's columns. */
export interface ColumnSettings {
  /** The column of profile ids; undefined = the one that is named like it. */
  idColumn?: string;
  /** The column of e-mail addresses; undefined = the first one that is named like it. */
  emailColumn?: string;
  /** Columns that are left out. */
  ignored?: readonly string[];
  /** By the columns' names. */
  formats?: Readonly<Record<string, ColumnFormat>>;
  /** Whether an empty cell takes away the value that a person has, or leaves it; undefined = takes it away. */
  blanks?: 'clear' | 'keep';
  /** Texts that stand for an empty cell, say `NULL`, in upper or lower case. */
  nullMarks?: readonly string[];
}

const numberFormats: readonly (ValueFormat | null)[] = [null, 'decimal-point', 'decimal-comma'];
const dateFormats: readonly (ValueFormat | null)[] = [null, 'day-first', 'month-first'];
const email = 'Identity.Service.Email';

/** Which profile field each column of one file fills. Learns columns as they come to light. */
export class ImportColumns {
  readonly columns: ImportColumn[] = [];
  readonly blanks: 'clear' | 'keep';
  private readonly nullMarks: ReadonlySet<string>;
  /** By place: fields that profiles did not have when this file was opened. Their types are guesses. */
  private readonly fresh = new Map<number, ProfileField>();
  private known: readonly ProfileField[];
  /** Fields that have to become ones of text, since this import has texts for them. */
  readonly widened = new Set<string>();
  private places = { id: -1, email: -1 };

  /** @param idColumn Null = ids are derived from the e-mail address. */
  private constructor(
    known: readonly ProfileField[],
    private readonly settings: ColumnSettings,
    readonly idColumn: string | null,
  ) {
    this.known = known;
    this.blanks = settings.blanks ?? 'clear';
    this.nullMarks = new Set(settings.nullMarks?.map((mark) => mark.trim().toLowerCase()));
  }

  /**
   * @param known Fields that profiles have already: their types stay.
   * @throws UnreadableFileError when a column that is chosen is not there, or cannot be read so.
   */
  static open(
    names: readonly string[],
    rows: readonly SourceRow[],
    known: readonly ProfileField[],
    settings: ColumnSettings = {},
  ): ImportColumns {
    const { idColumn, emailColumn, ignored = [], formats = {} } = withCleanNames(settings);
    for (const name of [idColumn, emailColumn, ...ignored, ...Object.keys(formats)]) {
      if (name !== undefined && !names.includes(name))
        throw new UnreadableFileError('column-missing', `The file has no column "${name.slice(0, 60)}".`);
    }
    const candidates = names.filter((name) => !ignored.includes(name) && name !== emailColumn);
    const columns = new ImportColumns(
      known,
      { ...settings, idColumn, emailColumn, ignored, formats },
      idColumn ?? likeliestIdColumn(candidates) ?? null,
    );
    columns.learn(names, rows);
    return columns;
  }

  /** @throws UnreadableFileError when there is nothing by which to tell people apart. */
  requireIdentity(): void {
    if (this.idColumn === null && this.emailPlace < 0) {
      throw new UnreadableFileError(
        'no-identity',
        'The file has neither a column for the profile id (say "id" or "customer id") nor one for the e-mail address. ' +
          'Say which column holds one of them.',
      );
    }
  }

  get idPlace(): number {
    return this.places.id;
  }

  get emailPlace(): number {
    return this.places.email;
  }

  /** Fields that profiles do not have yet. */
  get newFields(): ProfileField[] {
    return [...this.fresh.values()].filter(({ key }) => !this.known.some((field) => field.key === key));
  }

  isBlank(cell: Cell): boolean {
    if (typeof cell !== 'string') return cell === null;
    const text = cell.trim();
    return text === '' || (this.nullMarks.size > 0 && this.nullMarks.has(text.toLowerCase()));
  }

  /** Takes in columns that are new since the last call, with some rows to see what their values are like. */
  learn(names: readonly string[], rows: readonly SourceRow[]): void {
    const from = this.columns.length;
    if (names.length === from) return;
    const added = names.slice(from);
    // A column that has a field of its own keeps it, wherever it stands; what its name means comes second.
    const own = added.map((name) => this.ownField(name));
    for (const [index, name] of added.entries()) {
      const place = from + index;
      this.columns.push({ column: name, field: null, semanticType: 'Custom', type: 'text', format: null });
      if (name === this.idColumn) this.places.id = place;
      else if (name !== '' && !this.settings.ignored?.includes(name)) {
        const cells = rows.map((row) => ('cells' in row ? row.cells[place] : undefined));
        const taken = own.flatMap((field) => field?.key ?? []);
        this.fill(place, own[index] ?? this.proposedField(name, taken), cells);
      }
    }
    this.places.email = this.emailPlaceOf();
  }

  /** A column holds texts as well. @returns Whether its type was a guess, and is text now. */
  widen(place: number): boolean {
    const field = this.fresh.get(place);
    const column = this.columns[place];
    if (!field || !column || column.field === null || this.settings.formats?.[column.column]) return false;
    this.fresh.set(place, { ...field, type: 'text' });
    this.columns[place] = { ...column, type: 'text', format: null };
    if (this.known.some(({ key }) => key === field.key)) this.widened.add(field.key);
    return true;
  }

  /**
   * Takes in which fields profiles have by now. Of two imports that bring the same new field at once, both take what
   * the first one made of it; a key that has gone to another column is changed.
   * @returns Whether a column is read differently from before.
   */
  adopt(known: readonly ProfileField[]): boolean {
    this.known = known;
    let changed = false;
    for (const [place, field] of this.fresh) {
      const column = this.columns[place] as ImportColumn;
      const found = known.find(({ key }) => key === field.key);
      if (!found) continue;
      if (field.column !== undefined && nameOf(found) !== field.column) {
        const moved = { ...field, key: this.freeKey(keyOf(column.column), []) };
        this.fresh.set(place, moved);
        this.columns[place] = { ...column, field: moved.key };
        changed = true;
      } else if (column.type === 'text' && found.type !== 'text') {
        this.widened.add(field.key);
      } else if (found.type !== column.type) {
        this.columns[place] = { ...column, type: found.type, format: null };
        changed = true;
      }
    }
    return changed;
  }

  /** Fields that have become ones of text meanwhile, for which this import has written other values. */
  widenedMeanwhile(known: readonly ProfileField[]): string[] {
    const texts = new Set(known.flatMap(({ key, type }) => (type === 'text' ? [key] : [])));
    return this.columns.flatMap(({ field, type }) =>
      field !== null && type !== 'text' && texts.has(field) ? [field] : [],
    );
  }

  private fill(place: number, field: ProfileField, cells: readonly (Cell | undefined)[]): void {
    const { column } = this.columns[place] as ImportColumn;
    const values = cells.filter((cell) => cell !== undefined && !this.isBlank(cell)) as Exclude<Cell, null>[];
    const chosen = this.settings.formats?.[column];
    const known = this.known.find(({ key }) => key === field.key);
    let reading: Reading;
    if (known) {
      if (chosen && readings[chosen].type !== known.type) {
        throw new UnreadableFileError(
          'type-differs',
          `The column "${column}" cannot be read as ${readings[chosen].type}: its field is one of ${known.type}. ` +
            'Change the type of the field first, or leave the column out.',
        );
      }
      reading = chosen ? readings[chosen] : { type: known.type, format: formatFor(known.type, values) };
    } else {
      const guess =
        field.semanticType !== 'Custom' || isIdentifierColumn(column) ? null : guessReading(values);
      reading = chosen ? readings[chosen] : (guess ?? readings.text);
      this.fresh.set(place, { ...field, type: reading.type });
    }
    this.columns[place] = { column, field: field.key, semanticType: field.semanticType, ...reading };
  }

  /** The field that a column has filled before. */
  private ownField(name: string): ProfileField | undefined {
    const own = this.known.filter((field) => nameOf(field) === name);
    const found = own.find(({ column }) => column !== undefined) ?? own[0];
    if (found) return found;
    // Before fields knew their columns, the column's key was theirs; a field that was renamed since has nothing else.
    const key = keyOf(name);
    return this.known.find(
      (field) =>
        field.key === key &&
        field.column === undefined &&
        keyOf(field.label) !== key &&
        columnMeaning(name) === null,
    );
  }

  private proposedField(name: string, taken: readonly string[]): ProfileField {
    const chosen = this.settings.emailColumn === name;
    const meaning = chosen ? columnMeaning('email') : columnMeaning(name);
    if (meaning && (chosen || !isFurther(name)) && !this.isTaken(meaning.key) && !taken.includes(meaning.key))
      return this.known.find(({ key }) => key === meaning.key) ?? { ...meaning, type: 'text' };
    const key = this.freeKey(keyOf(name), taken);
    return {
      key,
      label: name.slice(0, 100),
      type: 'text',
      semanticType: meaning?.semanticType ?? 'Custom',
      column: name,
    };
  }

  private emailPlaceOf(): number {
    const { emailColumn } = this.settings;
    return this.columns.findIndex(({ column, field, semanticType }) =>
      emailColumn === undefined ? field !== null && semanticType === email : column === emailColumn,
    );
  }

  /** Two columns of one file never fill the same field. */
  private isTaken(key: string): boolean {
    return this.columns.some(({ field }) => field === key);
  }

  private freeKey(key: string, taken: readonly string[]): string {
    let free = key;
    const isUsed = (): boolean =>
      this.isTaken(free) || taken.includes(free) || this.known.some((field) => field.key === free);
    for (let count = 2; isUsed(); count += 1) free = `${key}_${count}`;
    return free;
  }
}

function withCleanNames({
  idColumn,
  emailColumn,
  ignored,
  formats,
  ...rest
}: ColumnSettings): ColumnSettings {
  return {
    ...rest,
    idColumn: idColumn === undefined ? undefined : cleanName(idColumn),
    emailColumn: emailColumn === undefined ? undefined : cleanName(emailColumn),
    ignored: ignored?.map(cleanName),
    formats: Object.fromEntries(
      Object.entries(formats ?? {}).map(([name, format]) => [cleanName(name), format]),
    ),
  };
}

function nameOf({ column, label }: ProfileField): string {
  return column ?? cleanName(label);
}

/** A type that all values are of, and in which no value can mean two things; null when there is none but text. */
function guessReading(values: readonly Exclude<Cell, null>[]): Reading | null {
  if (values.length === 0) return null;
  if (isBoolean(values)) return readings.boolean;
  for (const type of ['number', 'date'] as const) {
    const fitting = formatsThatFit(type, values);
    const format = agreed(type, values, fitting);
    if (format !== undefined) return { type, format };
  }
  return null;
}

/** `NO` alone may be a country: of texts, both truth values have to occur. */
function isBoolean(values: readonly Exclude<Cell, null>[]): boolean {
  if (values.every((value) => typeof value === 'boolean')) return true;
  const truths = values.map((value) => toFieldValue(value, 'boolean'));
  return !truths.includes(undefined) && truths.includes(true) && truths.includes(false);
}

/** How a file writes the values of a known field. */
function formatFor(type: FieldType, values: readonly Exclude<Cell, null>[]): ValueFormat | null {
  return values.length === 0 ? null : (agreed(type, values, formatsThatFit(type, values)) ?? null);
}

function formatsThatFit(type: FieldType, values: readonly Exclude<Cell, null>[]): (ValueFormat | null)[] {
  const formats = type === 'number' ? numberFormats : type === 'date' ? dateFormats : [];
  return formats.filter((format) => values.every((value) => toFieldValue(value, type, format) !== undefined));
}

/** The first of the formats, if the values mean the same in all of them. @returns undefined when they do not. */
function agreed(
  type: FieldType,
  values: readonly Exclude<Cell, null>[],
  formats: readonly (ValueFormat | null)[],
): ValueFormat | null | undefined {
  const meanings = formats.map((format) =>
    values.map((value): FieldValue | undefined => toFieldValue(value, type, format)),
  );
  const [first, ...others] = meanings;
  const same = others.every((other) => other.every((value, index) => value === first?.[index]));
  return first && same ? formats[0] : undefined;
}

/** The ways in which a column could be read: more than one = a person has to say which is meant. */
export function possibleFormats(values: readonly Cell[]): ColumnFormat[] {
  const given = values.filter((value) => value !== null && String(value).trim() !== '') as Exclude<
    Cell,
    null
  >[];
  if (given.length === 0) return ['text'];
  return columnFormats.filter((name) => {
    const { type, format } = readings[name];
    if (name === 'boolean') return isBoolean(given);
    return given.every((value) => toFieldValue(value, type, format) !== undefined);
  });
}
