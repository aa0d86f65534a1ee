import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ImportStatus } from '@audience-relay/api-client';
import { IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';

const looks: Record<ImportStatus, { icon: IconName; tone: Tone }> = {
  running: { icon: 'sync', tone: 'info' },
  succeeded: { icon: 'check', tone: 'success' },
  partial: { icon: 'warning', tone: 'warning' },
  failed: { icon: 'danger', tone: 'danger' },
  interrupted: { icon: 'warning', tone: 'danger' },
};

@Component({
  selector: 'ar-import-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip
    [label]="label()"
    [icon]="look().icon"
    [tone]="look().tone"
    [moving]="status() === 'running'"
  />`,
})
export class ImportStatusChip {
  readonly #texts = inject(Texts);
  readonly status = input.required<ImportStatus>();
  protected readonly look = computed(() => looks[this.status()]);
  protected readonly label = computed(() => this.#texts.t(`import.status.${this.status()}`));
}
