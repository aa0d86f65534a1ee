import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatFormField, MatHint, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { Router } from '@angular/router';
import {
  Api,
  ImportCountsDto,
  ImportDto,
  ImportFormat,
  ImportPreviewDto,
  listImports,
  PreviewImport$Csv$Params,
  previewImport$Csv,
  startImport$Csv,
  TextEncoding,
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

/** What a person knows better than the file shows; absent = as the file shows. */
type Choices = Omit<PreviewImport$Csv$Params, 'body' | 'format'>;

const encodings: readonly TextEncoding[] = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'iso-8859-15',
  'macintosh',
  'shift_jis',
  'euc-jp',
  'euc-kr',
  'gb18030',
  'big5',
];

/** The value of a select for a column that is left out. */
const leftOut = 'left-out';

/** Brings profiles in: choose a file, see what would become of it, then send it and watch. */
@Component({
  selector: 'ar-import-form-page',
  imports: [
    FileDrop,
    ImportIssues,
    MatButton,
    MatFormField,
    MatHint,
    MatInput,
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
  protected readonly leftOut = leftOut;
  protected readonly encodings = encodings;
  protected readonly delimiters = [',', ';', '\t', '|'] as const;

  protected readonly file = signal<File | null>(null);
  protected readonly preview = signal<ImportPreviewDto | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal<'preview' | 'import' | null>(null);
  protected readonly counts = signal<ImportCountsDto | null>(null);
  protected readonly choices = signal<Choices>({});
  protected readonly idColumn = computed(() => this.preview()?.idColumn ?? derived);
  /** Nobody can be told apart yet: an identifier or an address has to be chosen. */
  protected readonly isNameless = computed(() => {
    const preview = this.preview();
    return preview?.idColumn === null && preview.emailColumn === null;
  });
  /** Columns other than that of ids, with the first values as they would be kept. */
  protected readonly columns = computed(() => {
    const preview = this.preview();
    if (!preview) return [];
    const chosen = new Map(
      this.choices().columnFormat?.map((text) => [text.slice(0, text.lastIndexOf('=')), text]),
    );
    return preview.columns.flatMap(({ column, field, semanticType, type, formats, ignored }) => {
      if (column === '' || (field === null && !ignored)) return [];
      const values = preview.rows.map(({ fields }) => fields[field ?? ''] ?? null);
      const sample = values.find((value) => value !== null);
      return [
        {
          ...{ column, semanticType, type, formats },
          reading: ignored ? leftOut : (chosen.get(column)?.slice(column.length + 1) ?? ''),
          isNew: field !== null && preview.newFields.includes(field),
          sample: fieldText(sample, type, this.texts, this.formats),
        },
      ];
    });
  });

  hasUnsavedChanges(): boolean {
    return this.busy() === 'import';
  }

  /** Looks at the file anew with another choice. */
  protected change(file: File, choice: Choices): Promise<void> {
    this.choices.update((choices) => ({ ...choices, ...choice }));
    return this.choose(file);
  }

  protected readColumn(file: File, column: string, reading: string): Promise<void> {
    const { ignore = [], columnFormat = [] } = this.choices();
    const formats = columnFormat.filter((text) => text.slice(0, text.lastIndexOf('=')) !== column);
    const others = ignore.filter((name) => name !== column);
    return this.change(file, {
      ignore: reading === leftOut ? [...others, column] : others,
      columnFormat: reading === leftOut || reading === '' ? formats : [...formats, `${column}=${reading}`],
    });
  }

  protected nullMarksOf(text: string): string[] {
    return text
      .split(',')
      .map((mark) => mark.trim())
      .filter((mark) => mark !== '');
  }

  protected async choose(file: File): Promise<void> {
    if (file !== this.file()) this.choices.set({});
    this.file.set(file);
    this.problem.set(null);
    this.busy.set('preview');
    try {
      this.preview.set(
        await this.#api.invoke(previewImport$Csv, {
          body: file.slice(0, previewBytes),
          format: formatOf(file),
          ...this.choices(),
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
        ...this.choices(),
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
    this.choices.set({});
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
