import { QueueDispatcher } from '@audience-relay/queue';
import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { SegmentRefreshProcessor } from './segment-refresh.processor';

@Module({ providers: [SegmentRefreshProcessor] })
export class SegmentRefreshModule implements BeforeApplicationShutdown {
  constructor(private readonly dispatcher: QueueDispatcher) {}

  /** A refresh is a few statements in the database, whoever ends it: another worker takes it over. */
  beforeApplicationShutdown(): void {
    this.dispatcher
      .queue('segment-refresh')
      .pause(true, true)
      .catch(() => undefined);
  }
}
