import type { FieldValue } from '@audience-relay/contracts';
import type { Readable } from 'node:stream';
import { type ColumnFormat, ImportColumns, possibleFormats } from './import-columns';
import { type ImportFile, openFile } from './open-file';
import type { ImportColumn, ImportFormat, ImportIssue, IntakePorts } from './ports';
import type { ImportOptions } from './profile-import';
import { ProfileWriter } from './profile-writer';
import { rowToProfile } from './row-to-profile';
import type { TextEncoding } from './text-encoding';

/** Bytes of a file's first part, after unpacking. */
const maxBytes = 10_000_000;

const shownRows = 20;

/** A column with what a person can choose for it. */
export interface PreviewedColumn extends ImportColumn {
  /** Whether it is left out: nobody named it, or a person has said so. */
  ignored: boolean;
  /** In which ways the values seen can be read, other than as text. Several mean different things: choose one. */
  formats: ColumnFormat[];
}

/** What an import would make of a file. */
export interface ImportPreview {
  format: ImportFormat;
  encoding: TextEncoding;
  delimiter: string | null;
  headerLine: number | null;
  idColumn: string | null;
  emailColumn: string | null;
  columns: PreviewedColumn[];
  /** Keys of fields that profiles do not have yet. */
  newFields: string[];
  /** Of the first rows, up to 1,000. */
  people: { rows: number; known: number; changed: number };
  rows: { line: number; id: string; fields: Record<string, FieldValue> }[];
  issues: ImportIssue[];
}

/**
 * Says what an import of a file would make of it, by its first part. Nothing is written.
 * @throws UnreadableFileError, SenderGoneError
 */
export async function previewImport(
  upload: Readable,
  options: Omit<ImportOptions, 'maxBytes'>,
  { fields, profiles }: Pick<IntakePorts, 'fields' | 'profiles'>,
): Promise<ImportPreview> {
  const file = await openFile(upload, { ...options, maxBytes });
  const known = await fields.findDefinitions();
  const columns = ImportColumns.open(file.reader.columns, file.first, known, options);
  const whole = wholeRows(file);
  const read = whole.map((row) => ({ line: row.line, ...rowToProfile(row, columns) }));
  const people = [
    ...new Map(read.flatMap(({ profile }) => (profile ? [[profile.id, profile]] : []))).values(),
  ];
  const shown = read.slice(0, shownRows);
  return {
    format: options.format,
    encoding: file.encoding,
    delimiter: file.delimiter,
    headerLine: file.headerLine,
    idColumn: columns.idColumn,
    emailColumn: columns.columns[columns.emailPlace]?.column ?? null,
    columns: columns.columns.map((column, place) => ({
      ...column,
      ignored: column.field === null && place !== columns.idPlace,
      formats: possibleFormats(whole.flatMap((row) => ('cells' in row ? (row.cells[place] ?? []) : []))),
    })),
    newFields: columns.newFields.map(({ key }) => key),
    people: { rows: people.length, ...(await new ProfileWriter(profiles, known).compare(people)) },
    rows: shown.flatMap(({ line, profile }) =>
      profile ? [{ line, id: profile.id, fields: profile.values }] : [],
    ),
    issues: shown.flatMap(({ line, rejected, warnings }) => [
      ...(rejected ? [{ line, kind: 'rejected' as const, ...rejected }] : []),
      ...warnings.map((warning) => ({ line, kind: 'warning' as const, ...warning })),
    ]),
  };
}

/** The last row of a part of a file may be cut off: it counts only if there is nothing wrong with it. */
function wholeRows({ first }: ImportFile): ImportFile['first'] {
  const last = first.at(-1);
  return last && ('problem' in last || last.warnings?.length) ? first.slice(0, -1) : first;
}
