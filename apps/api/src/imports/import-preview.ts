import { ProfileFieldRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { ImportColumns } from './import-columns';
import { type ImportFile, openFile } from './import-file';
import type { ImportPreviewDto } from './import.dto';
import type { ImportRequest } from './import.service';
import { rowToProfile } from './row-to-profile';

/** Bytes of a file's first part, after unpacking. */
const maxBytes = 10_000_000;

const shownRows = 20;

/** Says what an import of a file would make of it, by its first part. Nothing is written. */
@Injectable()
export class ImportPreview {
  constructor(private readonly fields: ProfileFieldRepository) {}

  /** @throws UnreadableFileError, SenderGoneError */
  async of(request: Omit<ImportRequest, 'source' | 'by'>): Promise<ImportPreviewDto> {
    const file = await openFile(request.upload, { ...request, maxBytes });
    const known = await this.fields.findDefinitions();
    const { columns, added } = ImportColumns.open(file.reader.columns, file.first, known, request.idColumn);
    const read = shown(file).map((row) => ({ line: row.line, ...rowToProfile(row, columns) }));
    return {
      format: request.format,
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
}

/** The last line of a part of a file may be cut off: it is shown only if there is nothing wrong with it. */
function shown({ first }: ImportFile): ImportFile['first'] {
  const last = first.at(-1);
  const whole = last && 'problem' in last ? first.slice(0, -1) : first;
  return whole.slice(0, shownRows);
}
