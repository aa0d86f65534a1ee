import type { RunReason } from '@audience-relay/contracts';
import {
  type ImportFormat,
  type ImportRecord,
  ImportRepository,
  type ImportStatus,
  ProfileFieldRepository,
  ProfileRepository,
} from '@audience-relay/data';
import { IdentitySet } from '@audience-relay/exports';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { Readable } from 'node:stream';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { FilledCounter } from './filled-counter';
import { ImportColumns } from './import-columns';
import { type ImportFile, openFile } from './import-file';
import { SenderGoneError, UnreadableFileError } from './import-problem';
import { ImportTally } from './import-tally';
import { InFlight } from './in-flight';
import { ProfileWriter } from './profile-writer';
import { type ImportedProfile, rowToProfile } from './row-to-profile';
import type { SourceRow } from './source-row';

/** How often a running import tells how far it is, in milliseconds. */
const progressMs = 1_000;

/** Batches that are written side by side: one is under way while another waits for the database's disk. */
const writesAtOnce = 3;

export interface ImportRequest {
  upload: Readable;
  format: ImportFormat;
  /** The file's name. */
  source: string | null;
  idColumn?: string;
  delimiter?: string;
  by: Types.ObjectId;
}

/** Reads uploads into profiles while they arrive, and writes down how it goes. */
@Injectable()
export class ImportService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ImportService.name);
  private readonly running = new Map<Readable, Promise<unknown>>();
  private stopping = false;

  constructor(
    private readonly imports: ImportRepository,
    private readonly profiles: ProfileRepository,
    private readonly fields: ProfileFieldRepository,
    private readonly filled: FilledCounter,
    @InjectConfig() private readonly config: ApiConfig,
  ) {}

  /**
   * Ends when the file has been read, or broke off. Nothing is written down of a file that cannot be begun with.
   * @throws UnreadableFileError, SenderGoneError before the first row.
   */
  async run(request: ImportRequest): Promise<ImportRecord> {
    const { upload, idColumn, by } = request;
    const file = await openFile(upload, { ...request, maxBytes: this.config.importMaxBytes });
    const columns = await this.settleColumns(file, idColumn);
    const record = await this.imports.insert({
      source: request.source,
      format: request.format,
      columns: columns.columns,
      idColumn: columns.idColumn,
      startedBy: by,
    });
    const reading = this.read(record, file, columns);
    this.running.set(upload, reading);
    try {
      return await reading;
    } finally {
      this.running.delete(upload);
      this.filled.recount();
    }
  }

  /** What was read is written and the imports are marked, before the database is let go. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const upload of this.running.keys()) upload.destroy();
    await Promise.allSettled(this.running.values());
  }

  /** Of two imports that bring the same new field at once, both take what the first one made of it. */
  private async settleColumns({ reader, first }: ImportFile, idColumn?: string): Promise<ImportColumns> {
    const { columns, added } = ImportColumns.open(
      reader.columns,
      first,
      await this.fields.findDefinitions(),
      idColumn,
    );
    if (added.length === 0) return columns;
    await this.fields.add(added);
    return ImportColumns.open(reader.columns, first, await this.fields.findDefinitions(), idColumn).columns;
  }

  private async read(record: ImportRecord, file: ImportFile, columns: ImportColumns): Promise<ImportRecord> {
    const tally = new ImportTally();
    const progress = () => ({ columns: columns.columns, counts: tally.counts, issues: tally.issues });
    const saving: { current: Promise<void> | null } = { current: null };
    const timer = setInterval(() => {
      saving.current ??= this.imports
        .saveProgress(record._id, progress())
        .catch((error: unknown) => this.logger.warn(`Progress of an import: ${(error as Error).name}`))
        .finally(() => (saving.current = null));
    }, progressMs);

    let failure: unknown = null;
    try {
      await this.readBatches(file, columns, tally);
    } catch (error) {
      failure = error;
    } finally {
      clearInterval(timer);
    }
    await saving.current;
    const ending = failure === null ? endingOf(tally) : this.endingOfFailure(failure);
    return (await this.imports.end(record._id, { ...progress(), ...ending })) ?? record;
  }

  private async readBatches(file: ImportFile, columns: ImportColumns, tally: ImportTally): Promise<void> {
    const { reader } = file;
    const writer = new ProfileWriter(this.profiles, await this.fields.findDefinitions());
    const seen = new IdentitySet();
    const writes = new InFlight(writesAtOnce);
    try {
      for await (const batch of file.batches) {
        const added = columns.learn(reader.columns, batch);
        if (added.length > 0) {
          await this.fields.add(added);
          writer.useFields(await this.fields.findDefinitions());
        }
        const rows = fitRows(batch, columns, seen, tally);
        if (rows.length > 0) await writes.add(async () => tally.add(await writer.write(rows)));
      }
    } catch (error) {
      // What is on its way is let arrive; of two failures the one that came first is told.
      await writes.end().catch(() => undefined);
      throw error;
    }
    await writes.end();
  }

  private endingOfFailure(error: unknown): Ending {
    if (error instanceof UnreadableFileError) {
      return {
        status: 'failed',
        reason: { code: error.code, message: `${error.message} What was read is kept.` },
      };
    }
    if (error instanceof SenderGoneError) {
      return this.stopping
        ? interrupted('server-stopped', 'The system was stopped while it read the file.')
        : interrupted('sender-gone', 'The sender went away before the end of the file.');
    }
    this.logger.error(`An import ended: ${(error as Error).name}`);
    return {
      status: 'failed',
      reason: {
        code: 'write-failed',
        message: 'The database did not take all rows. What it took is kept: import the file again.',
      },
    };
  }
}

interface Ending {
  status: ImportStatus;
  reason: RunReason | null;
}

function interrupted(code: string, message: string): Ending {
  return {
    status: 'interrupted',
    reason: { code, message: `${message} What was read is kept: send it again.` },
  };
}

function endingOf({ counts }: ImportTally): Ending {
  if (counts.read === 0) {
    return {
      status: 'failed',
      reason: { code: 'no-rows', message: 'The file has no rows below its header row.' },
    };
  }
  if (counts.rejected === counts.read) {
    return {
      status: 'failed',
      reason: { code: 'all-rejected', message: 'No row of the file could be taken.' },
    };
  }
  return { status: counts.rejected > 0 ? 'partial' : 'succeeded', reason: null };
}

/** The rows that go into profiles; the others are counted with their reasons. */
function fitRows(
  batch: readonly SourceRow[],
  columns: ImportColumns,
  seen: IdentitySet,
  tally: ImportTally,
): ImportedProfile[] {
  return batch.flatMap((row) => {
    const { profile, rejected, warnings } = rowToProfile(row, columns);
    if (rejected) tally.reject(row.line, rejected);
    if (!profile) return [];
    if (!seen.add(profile.id)) {
      tally.reject(row.line, {
        code: 'duplicate-id',
        reason: 'Another row before this one is about the same person; the first one counts.',
      });
      return [];
    }
    tally.warn(row.line, warnings);
    return [profile];
  });
}
