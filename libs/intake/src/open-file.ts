import type { Readable } from 'node:stream';
import { type CsvOptions, CsvRows } from './csv-rows';
import { fileBytes } from './file-bytes';
import { UnreadableFileError } from './problems';
import { NdjsonRows } from './ndjson-rows';
import type { ImportFormat } from './ports';
import type { RowReader, SourceRow } from './source-row';
import { DecodedText, type TextEncoding } from './text-encoding';
import { textLines, withLineFeeds } from './text-lines';

export interface FileOptions extends CsvOptions {
  format: ImportFormat;
  /** Undefined = as the bytes show. */
  encoding?: TextEncoding;
  /** After unpacking. */
  maxBytes: number;
}

/** An opened file: its first rows, by which columns are judged, and all rows in batches. */
export interface ImportFile {
  reader: RowReader;
  /** Of CSV. */
  delimiter: string | null;
  headerLine: number | null;
  /** As far as it has been read. */
  readonly encoding: TextEncoding;
  first: readonly SourceRow[];
  /** All rows, the first ones too. */
  batches: AsyncIterable<readonly SourceRow[]>;
}

/** Rows that are judged, converted and written together. */
const batchSize = 1_000;

/** @throws UnreadableFileError, SenderGoneError */
export async function openFile(
  upload: Readable,
  { format, maxBytes, encoding, ...csv }: FileOptions,
): Promise<ImportFile> {
  const text = new DecodedText(fileBytes(upload, maxBytes), encoding);
  const reader =
    format === 'csv'
      ? await CsvRows.open(withLineFeeds(text.parts()), csv)
      : new NdjsonRows(textLines(text.parts()));
  const batches = batched(reader.rows());
  const { value, done } = await batches.next();
  const first = done ? [] : value;
  if (reader.columns.length === 0) {
    throw new UnreadableFileError('empty', 'The file has no row that can be read.');
  }
  return {
    reader,
    delimiter: reader instanceof CsvRows ? reader.delimiter : null,
    headerLine: reader instanceof CsvRows ? reader.headerLine : null,
    get encoding() {
      return text.encoding;
    },
    first,
    batches: startingWith(first, batches),
  };
}

async function* batched(parts: AsyncIterable<readonly SourceRow[]>): AsyncGenerator<SourceRow[]> {
  let batch: SourceRow[] = [];
  try {
    for await (const part of parts) {
      for (const row of part) {
        batch.push(row);
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    // What was read before the file broke off is kept.
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

async function* startingWith<Item>(first: readonly Item[], rest: AsyncIterable<readonly Item[]>) {
  if (first.length > 0) yield first;
  yield* rest;
}
