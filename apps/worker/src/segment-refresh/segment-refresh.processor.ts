import { SegmentRefresher, SegmentRepository } from '@audience-relay/data';
import { QueueDispatcher, type QueueJobs, queues } from '@audience-relay/queue';
import { Process, Processor } from '@nestjs/bull';
import { Logger } from '@nestjs/common';
import type { Job } from 'bull';

/** Receives wake-up signals; what a refresh does, and that only one worker does it, is up to the refresher. */
@Processor('segment-refresh')
export class SegmentRefreshProcessor {
  private readonly logger = new Logger(SegmentRefreshProcessor.name);

  constructor(
    private readonly refresher: SegmentRefresher,
    private readonly segments: SegmentRepository,
    private readonly dispatcher: QueueDispatcher,
  ) {}

  @Process({ concurrency: queues['segment-refresh'].concurrency })
  async refresh({ data: { segmentId } }: Job<QueueJobs['segment-refresh']>): Promise<void> {
    try {
      const { kind, segment, again } = await this.refresher.refresh(segmentId);
      this.logger.log(`Segment ${segmentId}: ${kind}`);
      const next = segment && again ? await this.segments.requestRefresh(segment._id) : null;
      if (next)
        await this.dispatcher.dispatch('segment-refresh', `${segmentId}-${next.dispatch}`, { segmentId });
    } catch (error) {
      // The database is away: the refresh's lease runs out and the reconciler asks for it again.
      this.logger.error(`Segment ${segmentId} was left: ${(error as Error).name}`);
    }
  }
}
