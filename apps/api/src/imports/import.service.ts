import {
  type ImportRecord,
  ImportRepository,
  ProfileFieldRepository,
  ProfileRepository,
} from '@audience-relay/data';
import { IdentitySet } from '@audience-relay/exports';
import {
  type ImportOptions,
  type ImportPreview,
  ImportStoppedError,
  type IntakePorts,
  previewImport,
  ProfileImport,
} from '@audience-relay/intake';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { Readable } from 'node:stream';
import type { ApiConfig } from '../config/api-config';
import { InjectConfig } from '../config/config.module';
import { FilledCounter } from './filled-counter';

/** How often the progress of a running import is saved, in milliseconds. */
const progressMs = 1_000;

/** How a file is to be read. */
export type FileSettings = Omit<ImportOptions, 'maxBytes'>;

/** Imports uploads while they arrive, and keeps how it goes. */
@Injectable()
export class ImportService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ImportService.name);
  private readonly running = new Map<Readable, Promise<unknown>>();
  private readonly ports: IntakePorts;

  constructor(
    private readonly imports: ImportRepository,
    profiles: ProfileRepository,
    fields: ProfileFieldRepository,
    private readonly filled: FilledCounter,
    @InjectConfig() private readonly config: ApiConfig,
  ) {
    this.ports = { profiles, fields, newIdSet: () => new IdentitySet() };
  }

  /** @throws UnreadableFileError, SenderGoneError */
  preview(upload: Readable, settings: FileSettings): Promise<ImportPreview> {
    return previewImport(upload, settings, this.ports);
  }

  /**
   * Ends when the file has been read, or broke off. Nothing is kept of a file that cannot be begun with.
   * @param source The file's name.
   * @throws UnreadableFileError, SenderGoneError before the first row.
   */
  async run(
    upload: Readable,
    settings: FileSettings,
    source: string | null,
    by: Types.ObjectId,
  ): Promise<ImportRecord> {
    const work = await ProfileImport.open(
      upload,
      { ...settings, maxBytes: this.config.importMaxBytes },
      this.ports,
    );
    const record = await this.imports.insert({
      source,
      format: settings.format,
      columns: [],
      idColumn: work.idColumn,
      startedBy: by,
    });
    const reading = this.read(record, work);
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
    for (const upload of this.running.keys()) upload.destroy(new ImportStoppedError());
    await Promise.allSettled(this.running.values());
  }

  private async read(record: ImportRecord, work: ProfileImport): Promise<ImportRecord> {
    const saving: { current: Promise<void> | null } = { current: null };
    const timer = setInterval(() => {
      saving.current ??= this.imports
        .saveProgress(record._id, work.progress)
        .catch((error: unknown) => this.logger.warn(`Progress of an import: ${(error as Error).name}`))
        .finally(() => (saving.current = null));
    }, progressMs);
    const ending = await work
      .run((error) => this.logger.error(`An import ended: ${(error as Error).name}`))
      .finally(() => clearInterval(timer));
    await saving.current;
    return (await this.imports.end(record._id, { ...work.progress, ...ending })) ?? record;
  }
}
