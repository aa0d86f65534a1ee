import type { FieldValue } from '@audience-relay/contracts';
import type { Readable } from 'node:stream';
import { ImportColumns } from './import-columns';
import { type ImportFile, openFile } from './open-file';
import type { FieldStore, ImportColumn, ImportFormat, ImportIssue } from './ports';
import type { ImportOptions } from './profile-import';
import { rowToProfile } from './row-to-profile';

/** Bytes of a file's first part, after unpacking. */
const maxBytes = 10_000_000;

const shownRows = 20;

/** What an import would make of a file. */
export interface ImportPreview {
  format: ImportFormat;
  delimiter: string | null;
  idColumn: string | null;
  columns: ImportColumn[];
  /** Keys of fields that profiles do not have yet. */
  newFields: string[];
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
  fields: Pick<FieldStore, 'findDefinitions'>,
): Promise<ImportPreview> {
  const file = await openFile(upload, { ...options, maxBytes });
  const known = await fields.findDefinitions();
  const { columns, added } = ImportColumns.open(file.reader.columns, file.first, known, options.idColumn);
  const read = shown(file).map((row) => ({ line: row.line, ...rowToProfile(row, columns) }));
  return {
    format: options.format,
    delimiter: file.delimiter,
    idColumn: columns.idColumn,
    columns: columns.columns,
    newFields: added.map(({ key }) => key),
    rows: read.flatMap(({ line, profile }) =>
      profile ? [{ line, id: profile.id, fields: profile.values }] : [],
    ),
    issues: read.flatMap(({ line, rejected, warnings }) => [
      ...(rejected ? [{ line, kind: 'rejected' as const, ...rejected }] : []),
      ...warnings.map((warning) => ({ line, kind: 'warning' as const, ...warning })),
    ]),
  };
}

/** The last line of a part of a file may be cut off: it is shown only if there is nothing wrong with it. */
function shown({ first }: ImportFile): ImportFile['first'] {
  const last = first.at(-1);
  const whole = last && 'problem' in last ? first.slice(0, -1) : first;
  return whole.slice(0, shownRows);
}
