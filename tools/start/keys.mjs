// @ts-check
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Problem } from '../services/system/problem.mjs';

/**
 * @typedef {object} Keys
 * @property {string} jwtSecret signs access tokens
 * @property {string} secretKeys `kid:base64`, encrypts the credentials of connections
 * @property {string} adminEmail of the first administrator
 * @property {string} adminPassword likewise
 */

/**
 * The keys of one data folder: made at the first start, readable for this user only, and the same ever after,
 * because what they encrypted can be read with nothing else.
 *
 * @param {string} dataDir
 * @param {NodeJS.ProcessEnv} env whose variables go before what is kept
 * @returns {Keys & { file: string, isNew: boolean, passwordIsGenerated: boolean }}
 * @throws {Problem} where the kept ones cannot be read
 */
export function loadKeys(dataDir, env) {
  const file = path.join(dataDir, 'keys.json');
  const isNew = !existsSync(file);
  const kept = isNew ? makeKeys() : readKeys(file);
  if (isNew) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.draft`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.draft`, file);
  }
  chmodSync(file, 0o600);
  return {
    jwtSecret: env.JWT_SECRET || kept.jwtSecret,
    secretKeys: env.SECRET_KEYS || kept.secretKeys,
    adminEmail: env.ADMIN_EMAIL || kept.adminEmail,
    adminPassword: env.ADMIN_PASSWORD || kept.adminPassword,
    file,
    isNew,
    passwordIsGenerated: !env.ADMIN_PASSWORD,
  };
}

/** @returns {Keys} */
function makeKeys() {
  return {
    jwtSecret: randomBytes(48).toString('base64url'),
    secretKeys: `key1:${randomBytes(32).toString('base64')}`,
    adminEmail: 'admin@example.com',
    adminPassword: randomBytes(12).toString('base64url'),
  };
}

/**
 * @param {string} file
 * @returns {Keys}
 */
function readKeys(file) {
  /** @type {Partial<Keys>} */
  let keys = {};
  try {
    keys = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Told below, without what is in the file.
  }
  const { jwtSecret, secretKeys, adminEmail, adminPassword } = keys;
  if (jwtSecret && secretKeys && adminEmail && adminPassword) {
    return { jwtSecret, secretKeys, adminEmail, adminPassword };
  }
  throw new Problem(
    `${file} is damaged: put a copy of it back. Without it the stored credentials cannot be read, and only a new ` +
      'data folder (DATA_DIR=<folder>) helps.',
  );
}
