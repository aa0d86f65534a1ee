import { Module } from '@nestjs/common';
import { RefreshesModule } from '../refreshes/refreshes.module';
import { RunsModule } from '../runs/runs.module';
import { ScheduleClock } from './schedule-clock.service';
import { SchedulesController } from './schedules.controller';

@Module({
  imports: [RefreshesModule, RunsModule],
  controllers: [SchedulesController],
  providers: [ScheduleClock],
})
export class SchedulesModule {}
