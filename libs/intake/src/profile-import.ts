import type { ProfileField } from '@audience-relay/contracts';
import type { Readable } from 'node:stream';
import { type ColumnSettings, ImportColumns } from './import-columns';
import { ImportTally } from './import-tally';
import { type FileOptions, type ImportFile, openFile } from './open-file';
import type { ImportEnding, ImportProgress, IntakePorts } from './ports';
import { ImportStoppedError, SenderGoneError, UnreadableFileError } from './problems';
import { ProfileWriter } from './profile-writer';
import { type ImportedProfile, type ReadRow, rowToProfile } from './row-to-profile';
import type { RowProblem, SourceRow } from './source-row';

/** Batches that are written side by side: one is under way while another waits for the database's disk. */
const writesAtOnce = 3;

export type ImportOptions = FileOptions & ColumnSettings;

/** Reads a file into profiles while it arrives. */
export class ProfileImport {
  private readonly tally = new ImportTally();
  private readonly writer: ProfileWriter;
  private accepted = false;

  private constructor(
    private readonly file: ImportFile,
    private readonly importColumns: ImportColumns,
    private readonly ports: IntakePorts,
    known: readonly ProfileField[],
  ) {
    this.writer = new ProfileWriter(ports.profiles, known);
  }

  /**
   * Reads the beginning of a file. Nothing is written yet.
   * @throws UnreadableFileError, SenderGoneError
   */
  static async open(upload: Readable, options: ImportOptions, ports: IntakePorts): Promise<ProfileImport> {
    const file = await openFile(upload, options);
    const known = await ports.fields.findDefinitions();
    const columns = ImportColumns.open(file.reader.columns, file.first, known, options);
    columns.requireIdentity();
    return new ProfileImport(file, columns, ports, known);
  }

  /** Null = ids are derived from the e-mail address. */
  get idColumn(): string | null {
    return this.importColumns.idColumn;
  }

  /** Columns are not shown before a row is accepted: those of a file that is none may be made of anything. */
  get progress(): ImportProgress {
    const columns = this.accepted ? this.importColumns.columns : [];
    return { columns, counts: this.tally.counts, issues: this.tally.issues };
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
    const batches = this.fitBatches();
    const write = async (): Promise<void> => {
      // The writers share the batches; one that fails ends them for all.
      for await (const rows of batches) this.tally.add(await this.writer.write(rows));
    };
    const ends = await Promise.allSettled(Array.from({ length: writesAtOnce }, write));
    await this.widenFields();
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  private async *fitBatches(): AsyncGenerator<ImportedProfile[]> {
    const ids = this.ports.newIdSet();
    const emails = this.idColumn === null ? null : this.ports.newIdSet();
    for await (const batch of this.file.batches) {
      const rows = (await this.readBatch(batch)).flatMap(({ profile, rejected, warnings }, index) => {
        const { line } = batch[index] as SourceRow;
        if (!profile) {
          if (rejected) this.tally.reject(line, rejected);
          return [];
        }
        if (!ids.add(profile.id)) {
          this.tally.reject(line, duplicateId);
          return [];
        }
        const isShared = profile.email !== '' && emails?.add(profile.email.toLowerCase()) === false;
        this.tally.warn(line, isShared ? [...warnings, sharedEmail] : warnings);
        return [profile];
      });
      if (rows.length > 0) yield rows;
    }
  }

  /** Reads the rows of a batch, anew where their values or another import show that a column is to be read differently. */
  private async readBatch(batch: readonly SourceRow[]): Promise<readonly ReadRow[]> {
    const { importColumns: columns } = this;
    columns.learn(this.file.reader.columns, batch);
    for (;;) {
      const rows = batch.map((row) => rowToProfile(row, columns));
      const accepted = rows.flatMap(({ profile }) => profile ?? []);
      if (accepted.length === 0) return rows;
      this.accepted = true;
      const misfits = new Set(rows.flatMap((row) => (row.profile ? row.misfits : [])));
      if ([...misfits].filter((place) => columns.widen(place)).length > 0) continue;
      const missing = columns.newFields.filter(({ key }) =>
        accepted.some(({ values, texts }) => key in values || (texts && key in texts)),
      );
      if (missing.length === 0 || !(await this.addFields(missing))) return rows;
    }
  }

  /** @returns Whether another import has added some of them first, as something else. */
  private async addFields(added: readonly ProfileField[]): Promise<boolean> {
    const { fields } = this.ports;
    await fields.add(added);
    const known = await fields.findDefinitions();
    this.writer.useFields(known);
    return this.importColumns.adopt(known);
  }

  /** Makes fields ones of text for which there were values of no other type, in this import or one beside it. */
  private async widenFields(): Promise<void> {
    if (!this.accepted) return;
    const { fields } = this.ports;
    const meanwhile = this.importColumns.widenedMeanwhile(await fields.findDefinitions());
    for (const key of new Set([...this.importColumns.widened, ...meanwhile])) await fields.widen(key);
  }
}

const duplicateId: RowProblem = {
  code: 'duplicate-id',
  reason: 'Another row before this one is about the same person; the first one counts.',
};

const sharedEmail: RowProblem = {
  code: 'email-shared',
  reason: 'Another row before this one has the same e-mail address under another id; exports send it once.',
};

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
