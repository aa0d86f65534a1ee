import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
} from '@angular/core';
import { FormControl } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { RouterLink } from '@angular/router';
import { Api, countExportTotals, listSegments, SegmentDto } from '@audience-relay/api-client';
import { EmptyState, Notice } from '@audience-relay/ui';
import { problemOf } from '../../core/http/problem';
import { Texts } from '../../core/i18n/texts';
import { everyPage } from '../../shared/list/every-page';
import { ProblemNotice } from '../../shared/problem-notice';
import { ReasonTexts } from '../../shared/reason-texts';

/** Chooses the segments of an export, with their sizes and how many people they are together. */
@Component({
  selector: 'ar-segment-picker',
  imports: [
    EmptyState,
    MatButton,
    MatCheckbox,
    MatFormField,
    MatInput,
    MatLabel,
    Notice,
    ProblemNotice,
    RouterLink,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './segment-picker.html',
  styleUrl: './segment-picker.scss',
})
export class SegmentPicker {
  readonly #api = inject(Api);
  protected readonly texts = inject(Texts);
  protected readonly reasons = inject(ReasonTexts);

  readonly control = input.required<FormControl<string[]>>();
  /** Its destination's limits, and how full the account is, draw warnings. */
  readonly connectionId = input<string>();
  /** The export that is changed. */
  readonly exportId = input<string>();

  protected readonly search = signal('');
  protected readonly chosen = signal<ReadonlySet<string>>(new Set());
  protected readonly segments = resource({
    loader: () => everyPage((query) => this.#api.invoke(listSegments, { ...query, sort: 'name' })),
  });
  protected readonly problem = computed(() => {
    const error = this.segments.error();
    return error ? problemOf(error) : null;
  });
  protected readonly items = computed(() => (this.segments.hasValue() ? this.segments.value() : []));
  protected readonly shown = computed(() => {
    const wanted = this.search().trim().toLowerCase();
    return this.items().filter(({ name }) => name.toLowerCase().includes(wanted));
  });
  protected readonly allChosen = computed(
    () => this.shown().length > 0 && this.shown().every(({ id }) => this.chosen().has(id)),
  );
  protected readonly someChosen = computed(
    () => !this.allChosen() && this.shown().some(({ id }) => this.chosen().has(id)),
  );
  protected readonly totals = resource({
    params: () => {
      const segmentIds = [...this.chosen()].sort();
      const [connectionId, exportId] = [this.connectionId(), this.exportId()];
      return segmentIds.length > 0 ? { segmentIds, connectionId, exportId } : undefined;
    },
    loader: ({ params }) => this.#api.invoke(countExportTotals, { body: params }),
  });

  constructor() {
    effect(() => this.chosen.set(new Set(this.control().value)));
  }

  protected toggle({ id }: SegmentDto, chosen: boolean): void {
    this.#choose((ids) => (chosen ? ids.add(id) : ids.delete(id)));
  }

  protected toggleShown(chosen: boolean): void {
    this.#choose((ids) => {
      for (const { id } of this.shown()) {
        if (chosen) ids.add(id);
        else ids.delete(id);
      }
    });
  }

  #choose(change: (ids: Set<string>) => void): void {
    const ids = new Set(this.chosen());
    change(ids);
    this.chosen.set(ids);
    const control = this.control();
    control.setValue([...ids]);
    control.markAsDirty();
    control.markAsTouched();
  }
}
