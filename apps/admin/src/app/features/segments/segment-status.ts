import { SegmentDto } from '@audience-relay/api-client';
import { Statuses } from '../../shared/status/status-looks';

/** Inactive and draft segments are not refreshed, so that is what there is to say; else how the last refresh went. */
export function statusOf({ state, status }: SegmentDto): Statuses['segment'] {
  const underWay = status === 'refreshing' || status === 'queued';
  return state === 'active' || underWay ? status : state;
}
