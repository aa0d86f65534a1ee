import type { Readable } from 'node:stream';
import { ImportColumns } from './import-columns';
import { ImportTally } from './import-tally';
import { type FileOptions, type ImportFile, openFile } from './open-file';
import type { ImportColumn, ImportEnding, ImportProgress, IntakePorts } from './ports';
import { ImportStoppedError, SenderGoneError, UnreadableFileError } from './problems';
import { ProfileWriter } from './profile-writer';
import { type ImportedProfile, rowToProfile } from './row-to-profile';
import type { SourceRow } from './source-row';

/** Batches that are written side by side: one is under way while another waits for the database's disk. */
const writesAtOnce = 3;

export interface ImportOptions extends FileOptions {
  /** The column of profile ids; undefined = the one that is named like it. */
  idColumn?: string;
}

/** Reads a file into profiles while it arrives. */
export class ProfileImport {
  private readonly tally = new ImportTally();

  private constructor(
    private readonly file: ImportFile,
    private readonly importColumns: ImportColumns,
    private readonly ports: IntakePorts,
  ) {}

  /**
   * Reads the beginning of a file. Nothing but fields is written yet.
   * @throws UnreadableFileError, SenderGoneError
   */
  static async open(upload: Readable, options: ImportOptions, ports: IntakePorts): Promise<ProfileImport> {
    const file = await openFile(upload, options);
    return new ProfileImport(file, await settleColumns(file, ports, options.idColumn), ports);
  }

  get columns(): ImportColumn[] {
    return this.importColumns.columns;
  }

  /** Null = ids are derived from the e-mail address. */
  get idColumn(): string | null {
    return this.importColumns.idColumn;
  }

  get progress(): ImportProgress {
    return { columns: this.columns, counts: this.tally.counts, issues: this.tally.issues };
  }

  /**
   * Ends when the file has been read, or broke off.
   * @param report Is given what ended it, if that was neither the file nor its sender.
   */
  async run(report: (error: unknown) => void): Promise<ImportEnding> {
    try {
      await this.writeBatches();
      return endingOf(this.tally);
    } catch (error) {
      const ending = endingOfFailure(error);
      if (ending) return ending;
      report(error);
      return writeFailed;
    }
  }

  private async writeBatches(): Promise<void> {
    const writer = new ProfileWriter(this.ports.profiles, await this.ports.fields.findDefinitions());
    const batches = this.fitBatches(writer);
    const write = async (): Promise<void> => {
      // The writers share the batches; one that fails ends them for all.
      for await (const rows of batches) this.tally.add(await writer.write(rows));
    };
    const ends = await Promise.allSettled(Array.from({ length: writesAtOnce }, write));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  private async *fitBatches(writer: ProfileWriter): AsyncGenerator<ImportedProfile[]> {
    const { fields, newIdSet } = this.ports;
    const seen = newIdSet();
    for await (const batch of this.file.batches) {
      const added = this.importColumns.learn(this.file.reader.columns, batch);
      if (added.length > 0) {
        await fields.add(added);
        writer.useFields(await fields.findDefinitions());
      }
      const rows = fitRows(batch, this.importColumns, seen, this.tally);
      if (rows.length > 0) yield rows;
    }
  }
}

/** Of two imports that bring the same new field at once, both take what the first one made of it. */
async function settleColumns(
  { reader, first }: ImportFile,
  { fields }: IntakePorts,
  idColumn?: string,
): Promise<ImportColumns> {
  const { columns, added } = ImportColumns.open(
    reader.columns,
    first,
    await fields.findDefinitions(),
    idColumn,
  );
  if (added.length === 0) return columns;
  await fields.add(added);
  return ImportColumns.open(reader.columns, first, await fields.findDefinitions(), idColumn).columns;
}

/** The rows that go into profiles; the others are counted with their reasons. */
function fitRows(
  batch: readonly SourceRow[],
  columns: ImportColumns,
  seen: ReturnType<IntakePorts['newIdSet']>,
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

const writeFailed: ImportEnding = {
  status: 'failed',
  reason: {
    code: 'write-failed',
    message: 'The database did not take all rows. What it took is kept: import the file again.',
  },
};

function endingOfFailure(error: unknown): ImportEnding | null {
  if (error instanceof UnreadableFileError) {
    const message = `${error.message} What was read is kept.`;
    return { status: 'failed', reason: { code: error.code, message } };
  }
  if (error instanceof ImportStoppedError)
    return interrupted('server-stopped', 'The system was stopped while it read the file.');
  if (error instanceof SenderGoneError)
    return interrupted('sender-gone', 'The sender went away before the end of the file.');
  return null;
}

function interrupted(code: string, message: string): ImportEnding {
  return {
    status: 'interrupted',
    reason: { code, message: `${message} What was read is kept: send it again.` },
  };
}

function endingOf({ counts }: ImportTally): ImportEnding {
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
