import { type SegmentRecord, SegmentRepository } from '@audience-relay/data';
import { QueueDispatcher } from '@audience-relay/queue';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';

/** Requests refreshes: in the database first, then by a wake-up signal. A lost signal is noticed by `LostRefreshes`. */
@Injectable()
export class SegmentRefreshRequests {
  constructor(
    private readonly segments: SegmentRepository,
    private readonly queue: QueueDispatcher,
  ) {}

  /** @returns null when the segment is gone or a draft. */
  async request(id: Types.ObjectId): Promise<SegmentRecord | null> {
    const segment = await this.segments.requestRefresh(id);
    if (!segment) return null;
    await this.queue.dispatch('segment-refresh', refreshJobId(segment), { segmentId: String(id) });
    return segment;
  }
}

/** One request is one job. */
export function refreshJobId({ _id, dispatch }: Pick<SegmentRecord, '_id' | 'dispatch'>): string {
  return `${String(_id)}-${dispatch}`;
}
