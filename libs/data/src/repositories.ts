import type { Provider } from '@nestjs/common';
import { SessionRepository } from './sessions/session.repository';
import { SignInFailureRepository } from './sign-in-failures/sign-in-failure.repository';
import { ExportRepository } from './exports/export.repository';
import { IdempotencyKeyRepository } from './idempotency/idempotency-key.repository';
import { LeaseRepository } from './leases/lease.repository';
import { DeliveryLedgerRepository } from './runs/delivery-ledger.repository';
import { RunCommandsRepository } from './runs/run-commands.repository';
import { RunHistoryRepository } from './runs/run-history.repository';
import { RunMembersRepository } from './runs/run-members';
import { RunRecoveryRepository } from './runs/run-recovery.repository';
import { RunWorkRepository } from './runs/run-work.repository';
import { UserRepository } from './users/user.repository';
import { WorkerHeartbeatRepository } from './worker-heartbeats/worker-heartbeat.repository';

/** Everything that reads and writes collections. `DataModule` provides and exports all of them. */
export const repositories: Provider[] = [
  DeliveryLedgerRepository,
  ExportRepository,
  RunCommandsRepository,
  RunHistoryRepository,
  IdempotencyKeyRepository,
  LeaseRepository,
  RunMembersRepository,
  RunRecoveryRepository,
  RunWorkRepository,
  SessionRepository,
  SignInFailureRepository,
  UserRepository,
  WorkerHeartbeatRepository,
];
