import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { SegmentDto } from '@audience-relay/api-client';
import { IconName, StatusChip, Tone } from '@audience-relay/ui';
import { Texts } from '../../core/i18n/texts';

/** Inactive and draft segments are not refreshed, so that is what there is to say; else how the last refresh went. */
@Component({
  selector: 'ar-segment-status',
  imports: [StatusChip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<ar-status-chip
    [label]="label()"
    [icon]="look().icon"
    [tone]="look().tone"
    [moving]="look().icon === 'sync'"
  />`,
})
export class SegmentStatusChip {
  readonly #texts = inject(Texts);
  readonly segment = input.required<SegmentDto>();

  protected readonly look = computed<{ icon: IconName; tone: Tone }>(() => {
    const { state, status } = this.segment();
    if (status === 'refreshing') return { icon: 'sync', tone: 'info' };
    if (status === 'queued') return { icon: 'clock', tone: 'info' };
    if (state !== 'active') return { icon: state === 'draft' ? 'edit' : 'minus', tone: 'neutral' };
    if (status === 'failed') return { icon: 'danger', tone: 'danger' };
    return status === 'succeeded' ? { icon: 'check', tone: 'success' } : { icon: 'circle', tone: 'neutral' };
  });
  protected readonly label = computed(() => {
    const { state, status } = this.segment();
    const underWay = status === 'refreshing' || status === 'queued';
    return state !== 'active' && !underWay
      ? this.#texts.t(`segmentState.${state}`)
      : this.#texts.t(`segment.status.${status}`);
  });
}
