import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { RouterLink } from '@angular/router';
import { Api, ExportDto, getExport, listExports, SegmentDto, updateExport } from '@audience-relay/api-client';
import { Notice } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { Notify } from '../../core/notify';
import { everyPage } from '../../shared/list/every-page';
import { ProblemNotice } from '../../shared/problem-notice';
import { segmentExports } from './segment-exports';
import { Loaded } from '../../core/http/loaded';
import { LoadState } from '../../shared/load-state';

/** Which exports deliver a segment and which do not; adds it to one of these. */
@Component({
  selector: 'ar-segment-exports-dialog',
  imports: [
    LoadState,
    MatButton,
    MatDialogModule,
    MatFormField,
    MatInput,
    MatLabel,
    NgTemplateOutlet,
    Notice,
    ProblemNotice,
    RouterLink,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './segment-exports-dialog.html',
  styles: `
    mat-form-field {
      width: 100%;
    }
    h3 {
      margin: 0;
      font: var(--mat-sys-label-large);
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
      padding: 8px 0;
      border-bottom: 1px solid var(--mat-sys-outline-variant);
    }
    .about {
      min-width: 0;
      overflow-wrap: anywhere;
    }
    button {
      flex: none;
    }
  `,
})
export class SegmentExportsDialog {
  readonly #api = inject(Api);
  readonly #notify = inject(Notify);
  protected readonly dialog = inject<MatDialogRef<SegmentExportsDialog>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly segment = inject<Pick<SegmentDto, 'id' | 'name'>>(MAT_DIALOG_DATA);

  protected readonly search = signal('');
  protected readonly exports = new Loaded({
    loader: () => everyPage((query) => this.#api.invoke(listExports, { ...query, sort: 'name' })),
  });
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  /** The name of an export that someone else changed while this was open. */
  protected readonly newer = signal<string | null>(null);
  protected readonly shown = computed(() =>
    segmentExports(this.exports.value() ?? [], this.segment.id, this.search()),
  );
  protected readonly none = computed(() =>
    this.texts.t(this.search().trim() ? 'ui.noMatch.heading' : 'segmentExports.none'),
  );

  protected async add({ id, name, version, segments }: ExportDto): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    this.newer.set(null);
    const segmentIds = [...segments.map((segment) => segment.id), this.segment.id];
    try {
      this.#take(await this.#api.invoke(updateExport, { id, body: { segmentIds, version } }));
      this.#notify.done(this.texts.t('segmentExports.added', { name }));
    } catch (error) {
      await this.#refused(id, problemOf(error));
    } finally {
      this.busy.set(false);
    }
  }

  /** Someone else changed it: shows what it is now, and leaves it to the person whether this still belongs there. */
  async #refused(id: string, problem: Problem): Promise<void> {
    if (problem.code !== 'version-conflict') {
      this.problem.set(problem);
      return;
    }
    try {
      const now = await this.#api.invoke(getExport, { id });
      this.#take(now);
      this.newer.set(now.name);
    } catch (error) {
      this.problem.set(problemOf(error));
    }
  }

  #take(item: ExportDto): void {
    this.exports.update((items) => items.map((other) => (other.id === item.id ? item : other)));
  }
}
