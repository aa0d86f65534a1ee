import { Environment, logLevels, type LoggerSettings } from '@audience-relay/observability';
import { InvalidSecretKeysError, parseSecretKeys } from '@audience-relay/data';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** The API's settings from its environment. */
export interface ApiConfig {
  host: string;
  port: number;
  mongodbUri: string;
  /** Instead of the database named in the address. Tests use their own. */
  dbName?: string;
  redisUrl: string;
  /** Before every Redis key; the same as the workers'. */
  redisPrefix?: string;
  /** Signs access tokens. */
  jwtSecret: string;
  /** `kid:base64`, separated by commas; the first encrypts, all decrypt. */
  secretKeys: string;
  /** The first administrator, created when there is no user at all. */
  firstAdministrator: { email: string; password: string } | null;
  logLevel: LoggerSettings['level'];
  /** Folder of the built console. */
  consoleDir: string;
  /** Whose `X-Forwarded-For` is believed: so many proxies in front, or those of these subnets. 0: nobody's. */
  trustProxy: number | string[];
  /** Bearer token with which metrics may be read without signing in. */
  metricsToken: string | null;
  /** Bytes of one imported file, after unpacking. */
  importMaxBytes: number;
  /** How long ended runs are kept, with their issues and batches. */
  runRetentionDays: number;
  /** Sign-in tries that one address may make in a minute. */
  signInsPerMinute: number;
}

const minJwtSecretLength = 32;

/** @throws EnvironmentError with one sentence for each wrong variable. */
export function readApiConfig(variables: NodeJS.ProcessEnv): ApiConfig {
  const environment = new Environment(variables);
  const email = environment.optional('ADMIN_EMAIL');
  const password = environment.optional('ADMIN_PASSWORD');
  if ((email === undefined) !== (password === undefined))
    environment.refuse('ADMIN_EMAIL and ADMIN_PASSWORD must both be set, or neither.');

  const config: ApiConfig = {
    host: environment.text('HOST', '127.0.0.1'),
    port: environment.port('PORT', 3000),
    mongodbUri: environment.url('MONGODB_URI', ['mongodb:', 'mongodb+srv:'], 'the address of the database'),
    redisUrl: environment.url('REDIS_URL', ['redis:', 'rediss:'], 'the address of Redis'),
    redisPrefix: environment.optional('REDIS_PREFIX'),
    jwtSecret: environment.required('JWT_SECRET', `at least ${minJwtSecretLength} random characters`),
    secretKeys: environment.required('SECRET_KEYS', 'the keys that encrypt credentials (kid:base64,...)'),
    firstAdministrator: email !== undefined && password !== undefined ? { email, password } : null,
    logLevel: environment.oneOf('LOG_LEVEL', logLevels, 'info'),
    consoleDir: environment.text('CONSOLE_DIR', join(__dirname, '../admin/browser')),
    trustProxy: readTrustProxy(environment),
    metricsToken: environment.optional('METRICS_TOKEN') ?? null,
    importMaxBytes: environment.integer('IMPORT_MAX_BYTES', 4_000_000_000, { min: 1_000, max: 1e12 }),
    runRetentionDays: environment.integer('RUN_RETENTION_DAYS', 90, { min: 1, max: 36_500 }),
    signInsPerMinute: environment.integer('SIGN_INS_PER_MINUTE', 20, { min: 1, max: 100_000 }),
  };
  if (config.jwtSecret !== '' && config.jwtSecret.length < minJwtSecretLength)
    environment.refuse(`JWT_SECRET is too short: it must hold at least ${minJwtSecretLength} characters.`);
  if (config.secretKeys !== '') checkSecretKeys(config.secretKeys, environment);
  environment.check();
  return config;
}

/** Names that Express knows. */
const subnetNames = ['loopback', 'linklocal', 'uniquelocal'];

/** "Any" would let every caller choose the address that all limits count by. */
function readTrustProxy(environment: Environment): number | string[] {
  const value = environment.text('TRUST_PROXY', '0');
  if (/^\d$/.test(value)) return Number(value);
  const subnets = value.split(',').map((part) => part.trim());
  if (!subnets.every((subnet) => subnetNames.includes(subnet) || isSubnet(subnet)))
    environment.refuse(
      'TRUST_PROXY must be the number of proxies in front of the API (0 to 9), or their addresses or subnets, ' +
        'separated by commas (10.0.0.0/8).',
    );
  return subnets;
}

function isSubnet(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits === -1 || rest.length > 0) return false;
  // A prefix of 0 is "any" by another name.
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits);
}

function checkSecretKeys(secretKeys: string, environment: Environment): void {
  try {
    parseSecretKeys(secretKeys);
  } catch (error) {
    if (!(error instanceof InvalidSecretKeysError)) throw error;
    environment.refuse(error.message);
  }
}
