import { Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { LeaderTasks } from './leader-tasks';
import { QueuedJobs } from './queued-jobs';

/** Global: every feature may have periodic work. */
@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [LeaderTasks, QueuedJobs],
  exports: [LeaderTasks, QueuedJobs],
})
export class BackgroundModule {}
