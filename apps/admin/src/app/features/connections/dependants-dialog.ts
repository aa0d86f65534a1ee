import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { Api, detachExport, ExportRefDto, getExport, removeExport } from '@audience-relay/api-client';
import { Confirm } from '@audience-relay/ui';
import { Problem, problemOf } from '../../core/http/problem';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { ProblemNotice } from '../../shared/problem-notice';

export interface Dependants {
  /** The connection's name. */
  name: string;
  exports: ExportRefDto[];
}

/** The exports that keep a connection from being removed. Closes with true when none is left. */
@Component({
  selector: 'ar-dependants-dialog',
  imports: [MatButton, MatCheckbox, MatDialogModule, ProblemNotice],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 mat-dialog-title>
      {{ texts.n('dependants.heading', dependants.exports.length, { name: dependants.name }) }}
    </h2>
    <mat-dialog-content>
      <p>{{ texts.t('dependants.text') }}</p>
      @if (problem(); as problem) {
        <ar-problem-notice [problem]="problem" />
      }
      <fieldset>
        <legend class="visually-hidden">{{ texts.t('exports.title') }}</legend>
        <div>
          <mat-checkbox
            [checked]="all()"
            [indeterminate]="!all() && chosen().size > 0"
            (change)="toggleAll($event.checked)"
            >{{ texts.t('dependants.all') }}</mat-checkbox
          >
        </div>
        @for (item of left(); track item.id) {
          <div>
            <mat-checkbox [checked]="chosen().has(item.id)" (change)="toggle(item.id, $event.checked)">
              {{ item.name }}
            </mat-checkbox>
          </div>
        }
      </fieldset>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton [mat-dialog-close]="false">{{ texts.t('ui.cancel') }}</button>
      <button matButton="outlined" [disabled]="!canAct()" (click)="removeChosen()">
        {{ texts.t('dependants.remove') }}
      </button>
      <button matButton="filled" [disabled]="!canAct()" (click)="detachChosen()">
        {{ texts.t('dependants.detach') }}
      </button>
    </mat-dialog-actions>
  `,
})
export class DependantsDialog {
  readonly #api = inject(Api);
  readonly #confirm = inject(Confirm);
  readonly #formats = inject(Formats);
  readonly #dialog = inject<MatDialogRef<DependantsDialog, boolean>>(MatDialogRef);
  protected readonly texts = inject(Texts);
  protected readonly dependants = inject<Dependants>(MAT_DIALOG_DATA);

  protected readonly left = signal(this.dependants.exports);
  /** Nothing is chosen beforehand: a click too soon must remove nothing. */
  protected readonly chosen = signal<ReadonlySet<string>>(new Set());
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  protected readonly canAct = computed(() => !this.busy() && this.chosen().size > 0);

  protected readonly all = computed(() => this.left().every(({ id }) => this.chosen().has(id)));

  protected toggleAll(chosen: boolean): void {
    this.chosen.set(new Set(chosen ? this.left().map(({ id }) => id) : []));
  }

  protected toggle(id: string, chosen: boolean): void {
    this.chosen.update((ids) => {
      const next = new Set(ids);
      if (chosen) next.add(id);
      else next.delete(id);
      return next;
    });
  }

  protected async removeChosen(): Promise<void> {
    const names = this.left().flatMap(({ id, name }) => (this.chosen().has(id) ? [name] : []));
    const sure = await this.#confirm.ask({
      heading: this.texts.n('dependants.removeQuestion', names.length),
      text: `${this.#formats.list(names)}. ${this.texts.t('exports.remove.text')}`,
      confirm: this.texts.t('ui.remove'),
      danger: true,
    });
    if (sure) await this.#each((id) => this.#api.invoke(removeExport, { id }));
  }

  protected detachChosen(): Promise<void> {
    return this.#each(async (id) => {
      const { version } = await this.#api.invoke(getExport, { id });
      await this.#api.invoke(detachExport, { id, body: { version } });
    });
  }

  /** One after the other; what is done stays done when a later one fails. */
  async #each(act: (id: string) => Promise<unknown>): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    try {
      for (const id of this.chosen()) {
        await act(id);
        this.left.update((items) => items.filter((item) => item.id !== id));
        this.toggle(id, false);
      }
    } catch (error) {
      this.problem.set(problemOf(error));
    } finally {
      this.busy.set(false);
    }
    if (this.left().length === 0) this.#dialog.close(true);
  }
}
