import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  DestinationError,
  defineDestination,
  joinRecords,
  spreadsheetText,
  type Envelope,
  type FieldSpecs,
  type FieldValue,
  type SendBatch,
} from '@audience-relay/destinations/core';

const connectionFields = {
  directory: {
    type: 'text',
    label: 'Base folder',
    description: 'An absolute path on the machines that run exports. Nothing is ever written outside of it.',
    required: true,
    placeholder: '/var/exports',
    pattern: { source: '/[^\\0]*', message: 'The base folder must be an absolute path: it begins with /.' },
  },
} as const satisfies FieldSpecs;

const settingsFields = {
  folder: { type: 'target', label: 'Folder', description: 'A folder in the base folder.', required: true },
  format: {
    type: 'select',
    label: 'Format',
    options: [
      { value: 'csv', label: 'CSV with a header line' },
      { value: 'ndjson', label: 'One JSON object per line (NDJSON)' },
    ],
    default: 'csv',
  },
  gzip: { type: 'boolean', label: 'Compress with gzip', default: false },
  guardFormulas: {
    type: 'boolean',
    label: 'Guard against formulas',
    description: 'CSV: puts an apostrophe before texts that a spreadsheet program would run.',
    default: true,
  },
} as const satisfies FieldSpecs;

/** The header line of a CSV file is repeated in each part; this many bytes are kept free for it. */
const HEADER_BYTES = 65_536;

interface Session {
  folder: string;
  extension: string;
  envelope: Envelope;
  /** Names of the custom fields, in the order of CSV columns, and how a cell is written; undefined for NDJSON. */
  csv?: { columns: readonly string[]; cell: (value: FieldValue) => string };
}

/** Writes each batch as a file of its own, readable by its owner only; a batch that is repeated replaces its file. */
export const file = defineDestination({
  key: 'file',
  name: 'File',
  description: 'Writes CSV or NDJSON files to a folder, compressed if wanted.',
  connection: { fields: connectionFields },
  settings: { fields: settingsFields },
  mapping: {
    fields: {
      id: {
        label: 'Identity',
        description: 'What tells people apart, for example the e-mail address.',
        type: 'text',
        required: true,
        maxLength: 500,
        semanticType: 'Identity.Service.Email',
      },
    },
    identity: 'id',
    customFields: {
      types: ['text', 'number', 'date', 'boolean'],
      namePattern: {
        source: '(?!id$)[^\\p{Cc}]{1,100}',
        message: 'A column name has 1 to 100 characters, and id is the name of the identity.',
      },
      max: 200,
    },
  },
  capabilities: { modes: ['upsert'], confirmation: 'sync' },
  limits: {
    maxRecords: 100_000,
    maxBytes: 32_000_000,
    envelopeBytes: HEADER_BYTES,
    separatorBytes: 1,
    concurrency: 2,
  },

  async test({ connection }) {
    await inFolder(() => access(connection.directory, constants.R_OK | constants.W_OK | constants.X_OK));
    return { missingScopes: [] };
  },

  async targets({ connection }, { cursor = '', search = '', limit = 100 }) {
    const entries = await inFolder(() => readdir(connection.directory, { withFileTypes: true }));
    const names = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name > cursor)
      .map((entry) => entry.name)
      .filter((name) => name.toLowerCase().includes(search.trim().toLowerCase()))
      .sort();
    const items = names.slice(0, limit).map((name) => ({ id: name, name }));
    return names.length > limit ? { items, nextCursor: items.at(-1)?.id } : { items };
  },

  async createTarget({ connection }, name) {
    if (!isFolderName(name)) {
      const message = 'A folder name must not begin with a dot and must not hold a slash.';
      throw new DestinationError({ kind: 'permanent', code: 'bad-folder-name', message });
    }
    await inFolder(() => mkdir(path.join(connection.directory, name), { recursive: true, mode: 0o700 }));
    return { id: name, name };
  },

  async prepare({ connection, settings, mapping }): Promise<Session> {
    const { folder, format, gzip, guardFormulas } = settings;
    const base = await inFolder(() => realpath(connection.directory));
    const real = isFolderName(folder) ? await inFolder(() => realpath(path.join(base, folder))) : base;
    // A link may lead elsewhere.
    if (path.dirname(real) !== base) throw folderNotFound();
    const extension = gzip ? `${format}.gz` : format;
    if (format === 'ndjson') {
      return { folder: real, extension, envelope: { before: '', between: '\n', after: '\n' } };
    }
    const columns = mapping.custom.map(({ name }) => name);
    // An export that was saved before there was a choice is guarded, too.
    const cell = guardFormulas === false ? csvCell : guardedCell;
    const header = `${['id', ...columns].map(cell).join(',')}\n`;
    if (Buffer.byteLength(header) > HEADER_BYTES - 1) {
      const message =
        'The names of the columns are too long together. Map fewer fields, or give them shorter names.';
      throw new DestinationError({ kind: 'permanent', code: 'header-too-long', message });
    }
    return {
      folder: real,
      extension,
      csv: { columns, cell },
      envelope: { before: header, between: '\n', after: '\n' },
    };
  },

  encode(row, { csv }) {
    if (!csv) return Buffer.from(JSON.stringify({ ...row.custom, id: row.identity }));
    let line = csv.cell(row.identity);
    for (const name of csv.columns) line += `,${csv.cell(row.custom[name] ?? '')}`;
    return Buffer.from(line);
  },

  async send(batch, ctx, session) {
    if (batch.records.length === 0) return { status: 'accepted', rejected: [] };
    const text = joinRecords(batch.records, session.envelope);
    const bytes = session.extension.endsWith('.gz') ? await promisify(gzip)(text) : text;
    await inFolder(() => writeWhole(fileOf(ctx.runId, batch, session), bytes, ctx.signal));
    return { status: 'accepted', rejected: [] };
  },

  preview: (batch, ctx, session) => ({
    method: 'WRITE',
    url: fileOf(ctx.runId, batch, session),
    headers: {},
    body: joinRecords(batch.records, session.envelope).toString(),
  }),
});

/** A name of one folder, not a way out of the base folder. */
function isFolderName(name: string): boolean {
  return /^[^./\\\0][^/\\\0]{0,99}$/.test(name);
}

function fileOf(runId: string, { key }: SendBatch, { folder, extension }: Session): string {
  return path.join(folder, `${path.basename(runId)}-${path.basename(key)}.${extension}`);
}

/** RFC 4180. Quotes are needed only around what would end a cell, and around spaces that readers cut off. */
function csvCell(value: FieldValue): string {
  const text = String(value ?? '');
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function guardedCell(value: FieldValue): string {
  return csvCell(typeof value === 'string' ? spreadsheetText(value) : value);
}

/** Under another name first: whoever watches the folder sees a file only when it is whole and on disk. */
async function writeWhole(name: string, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const unfinished = path.join(path.dirname(name), `.${path.basename(name)}.${randomUUID()}`);
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(bytes, { signal });
      await handle.sync();
    } finally {
      await handle.close();
    }
    signal.throwIfAborted();
    await rename(unfinished, name);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure((error as NodeJS.ErrnoException).code);
  }
}

function fileFailure(code = ''): DestinationError {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return folderNotFound();
    case 'EACCES':
    case 'EPERM':
    case 'EROFS': {
      const message = 'The folder may not be written to. Give the account that runs exports the right to.';
      return new DestinationError({ kind: 'permanent', code: 'not-writable', message });
    }
    case 'ABORT_ERR': {
      const message = 'Writing the file was stopped.';
      return new DestinationError({ kind: 'retryable', code: 'aborted', message });
    }
    default: {
      const message = `The file could not be written${code && ` (${code})`}.`;
      return new DestinationError({ kind: 'retryable', code: 'write-failed', message });
    }
  }
}

function folderNotFound(): DestinationError {
  const message = 'The folder does not exist in the base folder. Choose another folder in the export.';
  return new DestinationError({ kind: 'permanent', code: 'folder-not-found', message });
}
