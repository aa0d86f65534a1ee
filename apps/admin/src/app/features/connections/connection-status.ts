import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { ConnectionState } from '@audience-relay/api-client';
import { IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';

const looks: Record<ConnectionState, { icon: IconName; tone: Tone }> = {
  untested: { icon: 'circle', tone: 'neutral' },
  ok: { icon: 'check', tone: 'success' },
  attention: { icon: 'danger', tone: 'danger' },
};

@Component({
  selector: 'ar-connection-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip [label]="label()" [icon]="look().icon" [tone]="look().tone" />`,
})
export class ConnectionStatusChip {
  readonly #texts = inject(Texts);
  readonly state = input.required<ConnectionState>();
  protected readonly look = computed(() => looks[this.state()]);
  protected readonly label = computed(() => this.#texts.t(`connection.state.${this.state()}`));
}
