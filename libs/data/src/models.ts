import type { ModelDefinition } from '@nestjs/mongoose';
import { connectionSchema } from './connections/connection.schema';
import { exportRemovalSchema } from './exports/export-removal.schema';
import { exportSchema } from './exports/export.schema';
import { importSchema } from './imports/import.schema';
import { profileFieldSchema } from './profiles/profile-field.schema';
import { profileSearchSchema } from './profiles/profile-search.schema';
import { profileSchema } from './profiles/profile.schema';
import { idempotencyKeySchema } from './idempotency/idempotency-key.schema';
import { leaseSchema } from './leases/lease.schema';
import { deliverySchema } from './runs/delivery.schema';
import { refreshSchema } from './refreshes/refresh.schema';
import { refreshSettingsSchema } from './refreshes/refresh-settings.schema';
import { runBatchSchema } from './runs/run-batch.schema';
import { runIssueSchema } from './runs/run-issue.schema';
import { runSchema } from './runs/run.schema';
import { segmentRefreshSchema } from './segments/segment-refresh.schema';
import { segmentSchema } from './segments/segment.schema';
import { sessionSchema } from './sessions/session.schema';
import { signInFailureSchema } from './sign-in-failures/sign-in-failure.schema';
import { userSchema } from './users/user.schema';
import { workerHeartbeatSchema } from './worker-heartbeats/worker-heartbeat.schema';

/** Every collection. Inject one by its name: `@InjectModel('User') users: Model<UserRecord>`. */
export const models: ModelDefinition[] = [
  { name: 'Connection', schema: connectionSchema },
  { name: 'Delivery', schema: deliverySchema },
  { name: 'ExportRemoval', schema: exportRemovalSchema },
  { name: 'Refresh', schema: refreshSchema },
  { name: 'RefreshSettings', schema: refreshSettingsSchema },
  { name: 'Export', schema: exportSchema },
  { name: 'Import', schema: importSchema },
  { name: 'Profile', schema: profileSchema },
  { name: 'ProfileField', schema: profileFieldSchema },
  { name: 'ProfileSearch', schema: profileSearchSchema },
  { name: 'IdempotencyKey', schema: idempotencyKeySchema },
  { name: 'Lease', schema: leaseSchema },
  { name: 'Run', schema: runSchema },
  { name: 'RunBatch', schema: runBatchSchema },
  { name: 'RunIssue', schema: runIssueSchema },
  { name: 'Segment', schema: segmentSchema },
  { name: 'SegmentRefresh', schema: segmentRefreshSchema },
  { name: 'Session', schema: sessionSchema },
  { name: 'SignInFailure', schema: signInFailureSchema },
  { name: 'User', schema: userSchema },
  { name: 'WorkerHeartbeat', schema: workerHeartbeatSchema },
];
