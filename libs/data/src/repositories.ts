import type { Provider } from '@nestjs/common';
import { AlertRepository } from './alerts/alert.repository';
import { AlertSettingsRepository } from './alerts/alert-settings.repository';
import { ApiKeyRepository } from './api-keys/api-key.repository';
import { AuditRepository } from './audit/audit.repository';
import { ConnectionRepository } from './connections/connection.repository';
import { SessionRepository } from './sessions/session.repository';
import { SignInFailureRepository } from './sign-in-failures/sign-in-failure.repository';
import { ChangesRepository } from './events/changes.repository';
import { ExportRemovalRepository } from './exports/export-removal.repository';
import { ExportRepository } from './exports/export.repository';
import { ImportRepository } from './imports/import.repository';
import { ProfileEraser } from './profiles/profile-eraser';
import { ProfileFieldRepository } from './profiles/profile-field.repository';
import { ProfileRepository } from './profiles/profile.repository';
import { IdempotencyKeyRepository } from './idempotency/idempotency-key.repository';
import { LeaseRepository } from './leases/lease.repository';
import { DeliveryLedgerRepository } from './runs/delivery-ledger.repository';
import { RefreshRepository } from './refreshes/refresh.repository';
import { RefreshSettingsRepository } from './refreshes/refresh-settings.repository';
import { RunBatchesRepository } from './runs/run-batches.repository';
import { RunClaimsRepository } from './runs/run-claims.repository';
import { RunCommandsRepository } from './runs/run-commands.repository';
import { RunHistoryRepository } from './runs/run-history.repository';
import { RunMembersRepository } from './runs/run-members';
import { RunLineRepository } from './runs/run-line.repository';
import { RunProgressRepository } from './runs/run-progress.repository';
import { RunRecoveryRepository } from './runs/run-recovery.repository';
import { RunRemovalRepository } from './runs/run-removal.repository';
import { RuleContexts } from './segments/rule-contexts';
import { SegmentMembersRepository } from './segments/segment-members.repository';
import { SegmentRefresher } from './segments/segment-refresher';
import { SegmentRepository } from './segments/segment.repository';
import { UserRepository } from './users/user.repository';
import { WorkspaceSettingsRepository } from './workspace/workspace-settings.repository';
import { WorkerHeartbeatRepository } from './worker-heartbeats/worker-heartbeat.repository';

/** Everything that reads and writes collections. `DataModule` provides and exports all of them. */
export const repositories: Provider[] = [
  AlertRepository,
  AlertSettingsRepository,
  ApiKeyRepository,
  AuditRepository,
  ConnectionRepository,
  DeliveryLedgerRepository,
  ChangesRepository,
  ExportRemovalRepository,
  ExportRepository,
  RefreshRepository,
  RefreshSettingsRepository,
  ImportRepository,
  ProfileEraser,
  ProfileFieldRepository,
  ProfileRepository,
  RunBatchesRepository,
  RunClaimsRepository,
  RunCommandsRepository,
  RunHistoryRepository,
  IdempotencyKeyRepository,
  LeaseRepository,
  RunMembersRepository,
  RunLineRepository,
  RunProgressRepository,
  RunRecoveryRepository,
  RunRemovalRepository,
  RuleContexts,
  SegmentMembersRepository,
  SegmentRefresher,
  SegmentRepository,
  SessionRepository,
  SignInFailureRepository,
  UserRepository,
  WorkerHeartbeatRepository,
  WorkspaceSettingsRepository,
];
