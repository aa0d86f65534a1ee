import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module';
import { SegmentsModule } from '../segments/segments.module';
import { RefreshDriver } from './refresh-driver';
import { RefreshesController } from './refreshes.controller';
import { RefreshesService } from './refreshes.service';

@Module({
  imports: [RunsModule, SegmentsModule],
  controllers: [RefreshesController],
  providers: [RefreshDriver, RefreshesService],
  exports: [RefreshDriver, RefreshesService],
})
export class RefreshesModule {}
