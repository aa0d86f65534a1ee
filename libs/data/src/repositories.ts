import type { Provider } from '@nestjs/common';
import { UserRepository } from './users/user.repository';
import { WorkerHeartbeatRepository } from './worker-heartbeats/worker-heartbeat.repository';

/** Everything that reads and writes collections. `DataModule` provides and exports all of them. */
export const repositories: Provider[] = [UserRepository, WorkerHeartbeatRepository];
