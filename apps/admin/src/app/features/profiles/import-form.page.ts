import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatSelectModule } from '@angular/material/select';
import { Router } from '@angular/router';
import {
  Api,
  ImportCountsDto,
  ImportDto,
  ImportFormat,
  ImportPreviewDto,
  listImports,
  previewImport$Csv,
  startImport$Csv,
} from '@audience-relay/api-client';
import { FileDrop, Notice, PageHeader, Progress } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { MayHoldChanges } from '../../core/unsaved-changes';
import { ProblemNotice } from '../../shared/problem-notice';
import { ImportIssues } from './import-issues';
import { fieldText } from './field-text';

/** The API looks at the first part of a file only. */
const previewBytes = 256_000;
const askEvery = 1_000;

/** Ids are derived from e-mail addresses: no column chosen. */
const derived = '';

/** Brings profiles in: choose a file, see what would become of it, then send it and watch. */
@Component({
  selector: 'ar-import-form-page',
  imports: [
    FileDrop,
    ImportIssues,
    MatButton,
    MatFormField,
    MatHint,
    MatLabel,
    MatSelectModule,
    Notice,
    PageHeader,
    ProblemNotice,
    Progress,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './import-form.page.html',
  styleUrl: './import-form.page.scss',
})
export class ImportFormPage implements MayHoldChanges {
  readonly #api = inject(Api);
  readonly #router = inject(Router);
  protected readonly texts = inject(Texts);
  protected readonly formats = inject(Formats);
  protected readonly derived = derived;

  protected readonly file = signal<File | null>(null);
  protected readonly preview = signal<ImportPreviewDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal<'preview' | 'import' | null>(null);
  protected readonly counts = signal<ImportCountsDto | null>(null);
  protected readonly idColumn = computed(() => this.preview()?.idColumn ?? derived);
  /** Columns that fill a field, with the first values as they would be kept. */
  protected readonly columns = computed(() => {
    const preview = this.preview();
    if (!preview) return [];
    return preview.columns.flatMap(({ column, field, semanticType, type }) => {
      if (field === null) return [];
      const sample = preview.rows.find(({ fields }) => fields[field] !== null && fields[field] !== undefined);
      return [
        {
          ...{ column, field, semanticType, type },
          isNew: preview.newFields.includes(field),
          sample: fieldText(sample?.fields[field], type, this.texts, this.formats),
        },
      ];
    });
  });

  hasUnsavedChanges(): boolean {
    return this.busy() === 'import';
  }

  protected async choose(file: File, idColumn?: string): Promise<void> {
    this.file.set(file);
    this.problem.set(null);
    this.busy.set('preview');
    try {
      this.preview.set(
        await this.#api.invoke(previewImport$Csv, {
          body: file.slice(0, previewBytes),
          format: formatOf(file),
          ...(idColumn && { idColumn }),
        }),
      );
    } catch (error) {
      this.preview.set(null);
      this.problem.set(problemOf(error));
    } finally {
      this.busy.set(null);
    }
  }

  protected async start(file: File): Promise<void> {
    this.problem.set(null);
    this.busy.set('import');
    const startedAt = new Date();
    const watch = setInterval(() => void this.#watch(file.name, startedAt), askEvery);
    try {
      const done: ImportDto = await this.#api.invoke(startImport$Csv, {
        body: file,
        format: formatOf(file),
        name: file.name,
        ...(this.preview()?.idColumn && { idColumn: this.preview()?.idColumn ?? '' }),
      });
      this.busy.set(null);
      await this.#router.navigate(['/profiles/imports', done.id]);
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      clearInterval(watch);
      this.busy.set(null);
    }
  }

  protected again(): void {
    this.file.set(null);
    this.preview.set(null);
    this.problem.set(null);
  }

  /** The answer comes when all of the file is in; until then the list of imports tells how far it is. */
  async #watch(name: string, startedAt: Date): Promise<void> {
    try {
      const { items } = await this.#api.invoke(listImports, { limit: 5, sort: '-startedAt' });
      // A little slack: the two clocks need not agree to the second.
      const mine = items.find(
        (item) => item.source === name && Date.parse(item.startedAt) >= +startedAt - 60_000,
      );
      if (mine?.status === 'running') this.counts.set(mine.counts);
    } catch {
      // The import itself says how it went.
    }
  }
}

function formatOf({ name }: File): ImportFormat {
  return /\.(ndjson|jsonl)(\.gz)?$/i.test(name) ? 'ndjson' : 'csv';
}
