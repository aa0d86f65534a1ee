import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { isActive, RunStatus } from '@audience-relay/contracts';
import { IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Texts } from '../core/i18n/texts';

const looks: Record<RunStatus, { icon: IconName; tone: Tone }> = {
  queued: { icon: 'clock', tone: 'neutral' },
  running: { icon: 'sync', tone: 'info' },
  waiting: { icon: 'waiting', tone: 'info' },
  confirming: { icon: 'sync', tone: 'info' },
  succeeded: { icon: 'check', tone: 'success' },
  partial: { icon: 'warning', tone: 'warning' },
  failed: { icon: 'danger', tone: 'danger' },
  skipped: { icon: 'skipped', tone: 'warning' },
  cancelled: { icon: 'cancel', tone: 'neutral' },
};

/** A run's state as a chip; nothing yet (`null`) is a state too. */
@Component({
  selector: 'ar-run-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip
    [label]="label()"
    [icon]="look().icon"
    [tone]="look().tone"
    [moving]="moving()"
  />`,
})
export class RunStatusChip {
  readonly #texts = inject(Texts);
  readonly status = input.required<RunStatus | null>();

  protected readonly look = computed(() => {
    const status = this.status();
    return status ? looks[status] : ({ icon: 'circle', tone: 'neutral' } as const);
  });
  protected readonly label = computed(() => this.#texts.t(`run.status.${this.status() ?? 'none'}`));
  protected readonly moving = computed(() => {
    const status = this.status();
    return status !== null && isActive(status) && looks[status].icon === 'sync';
  });
}
