import type { ModelDefinition } from '@nestjs/mongoose';
import { exportSchema } from './exports/export.schema';
import { idempotencyKeySchema } from './idempotency/idempotency-key.schema';
import { leaseSchema } from './leases/lease.schema';
import { deliverySchema } from './runs/delivery.schema';
import { runBatchSchema } from './runs/run-batch.schema';
import { runIssueSchema } from './runs/run-issue.schema';
import { runSchema } from './runs/run.schema';
import { sessionSchema } from './sessions/session.schema';
import { signInFailureSchema } from './sign-in-failures/sign-in-failure.schema';
import { userSchema } from './users/user.schema';
import { workerHeartbeatSchema } from './worker-heartbeats/worker-heartbeat.schema';

/** Every collection. Inject one by its name: `@InjectModel('User') users: Model<UserRecord>`. */
export const models: ModelDefinition[] = [
  { name: 'Delivery', schema: deliverySchema },
  { name: 'Export', schema: exportSchema },
  { name: 'IdempotencyKey', schema: idempotencyKeySchema },
  { name: 'Lease', schema: leaseSchema },
  { name: 'Run', schema: runSchema },
  { name: 'RunBatch', schema: runBatchSchema },
  { name: 'RunIssue', schema: runIssueSchema },
  { name: 'Session', schema: sessionSchema },
  { name: 'SignInFailure', schema: signInFailureSchema },
  { name: 'User', schema: userSchema },
  { name: 'WorkerHeartbeat', schema: workerHeartbeatSchema },
];
