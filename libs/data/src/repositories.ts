import type { Provider } from '@nestjs/common';
import { SessionRepository } from './sessions/session.repository';
import { SignInFailureRepository } from './sign-in-failures/sign-in-failure.repository';
import { ExportRepository } from './exports/export.repository';
import { DeliveryLedgerRepository } from './runs/delivery-ledger.repository';
import { RunCommandsRepository } from './runs/run-commands.repository';
import { RunHistoryRepository } from './runs/run-history.repository';
import { RunMembersRepository } from './runs/run-members';
import { RunWorkRepository } from './runs/run-work.repository';
import { UserRepository } from './users/user.repository';
import { WorkerHeartbeatRepository } from './worker-heartbeats/worker-heartbeat.repository';

/** Everything that reads and writes collections. `DataModule` provides and exports all of them. */
export const repositories: Provider[] = [
  DeliveryLedgerRepository,
  ExportRepository,
  RunCommandsRepository,
  RunHistoryRepository,
  RunMembersRepository,
  RunWorkRepository,
  SessionRepository,
  SignInFailureRepository,
  UserRepository,
  WorkerHeartbeatRepository,
];
