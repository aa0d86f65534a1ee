import { ChangeDetectionStrategy, Component, computed, effect, inject, input, output } from '@angular/core';
import { FormControl } from '@angular/forms';
import { MatButton } from '@angular/material/button';
import { MatCheckbox } from '@angular/material/checkbox';
import { MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatProgressBar } from '@angular/material/progress-bar';
import { RouterLink } from '@angular/router';
import {
  Api,
  countExportTotals,
  listSegments,
  ListSegments$Params,
  SegmentDto,
} from '@audience-relay/api-client';
import { EmptyState, Notice } from '@audience-relay/ui';
import { Loaded } from '../../core/http/loaded';
import { Formats } from '../../core/i18n/formats';
import { Texts } from '../../core/i18n/texts';
import { controlState } from '../../shared/forms/control-state';
import { PagedList } from '../../shared/list/paged-list';
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
    MatProgressBar,
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
  protected readonly formats = inject(Formats);
  protected readonly reasons = inject(ReasonTexts);

  readonly control = input.required<FormControl<string[]>>();
  /** Of the segments that are chosen, as far as they are known. */
  readonly names = input.required<ReadonlyMap<string, string>>();
  /** Its destination's limits, and how full the account is, draw warnings. */
  readonly connectionId = input<string>();
  /** The export that is changed. */
  readonly exportId = input<string>();
  readonly named = output<ReadonlyMap<string, string>>();

  readonly #state = controlState(() => this.control());
  protected readonly missing = computed(() => this.#state()?.touched && this.#state()?.invalid);
  protected readonly chosen = computed(() => new Set(this.#state()?.value));
  protected readonly list = new PagedList<SegmentDto, ListSegments$Params>(
    (query) => this.#api.invoke(listSegments, query),
    { sort: 'name', pageSize: 20, inAddress: false },
  );
  protected readonly chosenNames = computed(() =>
    [...this.chosen()].flatMap((id) => this.names().get(id) ?? []),
  );
  protected readonly allChosen = computed(
    () => this.list.items().length > 0 && this.list.items().every(({ id }) => this.chosen().has(id)),
  );
  protected readonly someChosen = computed(
    () => !this.allChosen() && this.list.items().some(({ id }) => this.chosen().has(id)),
  );
  protected readonly totals = new Loaded({
    params: () => {
      const segmentIds = [...this.chosen()].sort();
      const [connectionId, exportId] = [this.connectionId(), this.exportId()];
      if (segmentIds.length === 0) return undefined;
      // Templates hand over null for what is not there; the API takes an absent member only.
      return { segmentIds, ...(connectionId && { connectionId }), ...(exportId && { exportId }) };
    },
    loader: (body) => this.#api.invoke(countExportTotals, { body }),
  });

  constructor() {
    effect(() => {
      const known = this.names();
      const counted = this.totals.value()?.perSegment ?? [];
      if (counted.some(({ id }) => !known.has(id)))
        this.named.emit(new Map([...known, ...counted.map(({ id, name }) => [id, name] as const)]));
    });
  }

  protected choose(segments: readonly SegmentDto[], chosen: boolean): void {
    const ids = new Set(this.chosen());
    for (const { id } of segments) {
      if (chosen) ids.add(id);
      else ids.delete(id);
    }
    this.named.emit(new Map([...this.names(), ...segments.map(({ id, name }) => [id, name] as const)]));
    const control = this.control();
    control.setValue([...ids]);
    control.markAsDirty();
    control.markAsTouched();
  }
}
