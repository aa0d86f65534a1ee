import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { StatusChip } from '@audience-relay/ui';
import { TextKey } from '../../core/i18n/text-key';
import { Texts } from '../../core/i18n/texts';
import { Look, Statuses, statusLooks } from './status-looks';

/** The status of a run, an import, a segment, and so on: `<ar-status of="run" [value]="run.status" />`. */
@Component({
  selector: 'ar-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip
    [label]="label()"
    [icon]="look().icon"
    [tone]="look().tone"
    [moving]="look().icon === 'sync'"
  />`,
})
export class Status<Kind extends keyof Statuses> {
  readonly #texts = inject(Texts);
  readonly of = input.required<Kind>();
  readonly value = input.required<Statuses[Kind]>();

  protected readonly look = computed<Look>(() => statusLooks[this.of()][this.value()]);
  // A test holds the texts to the looks.
  protected readonly label = computed(() => this.#texts.t(`status.${this.of()}.${this.value()}` as TextKey));
}
