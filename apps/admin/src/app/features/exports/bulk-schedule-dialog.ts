import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatRadioModule } from '@angular/material/radio';
import { Api, BulkScheduleResultDto, ExportDto, setExportSchedules } from '@audience-relay/api-client';
import { Notice } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { ProblemNotice } from '../../shared/problem-notice';
import { newRecurrence, RecurrenceEditor } from '../../shared/schedule/recurrence-editor';
import { BulkChoice, bulkRequests } from './bulk-schedule';

/** Sets the schedules of the given exports, each as it was or one for all. Closes with what became of each. */
@Component({
  selector: 'ar-bulk-schedule-dialog',
  imports: [MatButton, MatDialogModule, MatRadioModule, Notice, ProblemNotice, RecurrenceEditor],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './bulk-schedule-dialog.html',
  styles: `
    mat-radio-group {
      display: flex;
      flex-direction: column;
    }
    p {
      margin: 4px 0 0;
    }
  `,
})
export class BulkScheduleDialog {
  readonly #api = inject(Api);
  readonly #dialog = inject<MatDialogRef<BulkScheduleDialog, BulkScheduleResultDto>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly exports = inject<readonly ExportDto[]>(MAT_DIALOG_DATA);
  protected readonly heading = this.texts.n('bulkSchedule.heading', this.exports.length, {
    name: this.exports[0]?.name ?? '',
  });

  protected readonly choice = signal<BulkChoice>(firstChoice(this.exports));
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);

  protected change(part: Partial<BulkChoice>): void {
    this.choice.update((choice) => ({ ...choice, ...part }));
  }

  protected async set(): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    const ids = this.exports.map(({ id }) => id);
    const result: BulkScheduleResultDto = { updated: [], skipped: [] };
    try {
      for (const body of bulkRequests(ids, this.choice())) {
        const { updated, skipped } = await this.#api.invoke(setExportSchedules, { body });
        result.updated.push(...updated);
        result.skipped.push(...skipped);
      }
      this.#dialog.close(result);
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      this.busy.set(false);
    }
  }
}

/** Of a single export its own schedule is the beginning; of several there is none to show. */
function firstChoice(exports: readonly ExportDto[]): BulkChoice {
  const only = exports.length === 1 ? exports[0]?.schedule : undefined;
  return {
    how: 'keep',
    active: true,
    kind: only?.resumes ?? 'follow',
    recurrence: { ...newRecurrence(), ...only?.recurrence },
  };
}
