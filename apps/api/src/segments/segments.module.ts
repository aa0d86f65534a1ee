import { Module } from '@nestjs/common';
import { UsersModule } from '../users/users.module';
import { LostRefreshes } from './lost-refreshes';
import { SegmentRefreshRequests } from './segment-refresh-requests';
import { SegmentViews } from './segment-views';
import { SegmentsController } from './segments.controller';
import { SegmentsService } from './segments.service';

@Module({
  imports: [UsersModule],
  controllers: [SegmentsController],
  providers: [LostRefreshes, SegmentRefreshRequests, SegmentViews, SegmentsService],
  exports: [SegmentRefreshRequests],
})
export class SegmentsModule {}
