import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RefreshStatus, RefreshTaskStatus } from '@audience-relay/contracts';
import { IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';

const looks: Record<RefreshStatus | RefreshTaskStatus, { icon: IconName; tone: Tone }> = {
  waiting: { icon: 'clock', tone: 'neutral' },
  running: { icon: 'sync', tone: 'info' },
  succeeded: { icon: 'check', tone: 'success' },
  partial: { icon: 'warning', tone: 'warning' },
  failed: { icon: 'danger', tone: 'danger' },
  skipped: { icon: 'skipped', tone: 'warning' },
  cancelled: { icon: 'cancel', tone: 'neutral' },
};

/** The state of a system refresh, or of one segment or export in it. */
@Component({
  selector: 'ar-refresh-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip
    [label]="label()"
    [icon]="look().icon"
    [tone]="look().tone"
    [moving]="status() === 'running'"
  />`,
})
export class RefreshStatusChip {
  readonly #texts = inject(Texts);
  readonly status = input.required<RefreshStatus | RefreshTaskStatus>();
  protected readonly look = computed(() => looks[this.status()]);
  protected readonly label = computed(() => this.#texts.t(`refresh.status.${this.status()}`));
}
