import { Environment, logLevels, type LoggerSettings } from '@audience-relay/observability';

/** The worker's settings from its environment. */
export interface WorkerConfig {
  host: string;
  /** Of the health and metrics page. */
  port: number;
  mongodbUri: string;
  /** Instead of the database named in the address. Tests use their own. */
  dbName?: string;
  redisUrl: string;
  /** Before every Redis key; the same as the API's. */
  redisPrefix?: string;
  /** `kid:base64`, separated by commas; the first encrypts, all decrypt. */
  secretKeys: string;
  logLevel: LoggerSettings['level'];
  /** How long a run stays with this worker without a heartbeat, in milliseconds. */
  leaseMs: number;
}

/** @throws EnvironmentError with one sentence for each wrong variable. */
export function readWorkerConfig(variables: NodeJS.ProcessEnv): WorkerConfig {
  const environment = new Environment(variables);
  const config: WorkerConfig = {
    host: environment.text('HOST', '127.0.0.1'),
    port: environment.port('WORKER_PORT', 3001),
    mongodbUri: environment.url('MONGODB_URI', ['mongodb:', 'mongodb+srv:'], 'the address of the database'),
    redisUrl: environment.url('REDIS_URL', ['redis:', 'rediss:'], 'the address of Redis'),
    redisPrefix: environment.optional('REDIS_PREFIX'),
    secretKeys: environment.required('SECRET_KEYS', 'the keys that encrypt credentials (kid:base64,...)'),
    logLevel: environment.oneOf('LOG_LEVEL', logLevels, 'info'),
    leaseMs: environment.integer('RUN_LEASE_MS', 30_000, { min: 1_000, max: 600_000 }),
  };
  environment.check();
  return config;
}

export const workerConfigToken = Symbol('WorkerConfig');
