import { Global, Module } from '@nestjs/common';
import { LeaderTasks } from './leader-tasks';
import { QueuedJobs } from './queued-jobs';

/** Global: every feature may have periodic work. */
@Global()
@Module({ providers: [LeaderTasks, QueuedJobs], exports: [LeaderTasks, QueuedJobs] })
export class BackgroundModule {}
