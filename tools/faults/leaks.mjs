// @ts-check
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { API_KEY } from '../testbed/system.mjs';

/** Any address of the generated people, in any case. */
const ADDRESS = /[\w.+-]+@(?:mail\.example|post\.example\.org|customers\.example\.net|kunde\.example\.com)/i;

/**
 * Nothing that was written down on the way holds a credential or an address: log files and what Redis keeps.
 *
 * @param {import('../testbed/system.mjs').Testbed} testbed
 */
export async function verifyNothingLeaked({ keys, logDir, services }) {
  const secrets = [API_KEY, keys.adminPassword, keys.jwtSecret, keys.secretKeys.split(':')[1]];
  const search = (/** @type {string} */ place, /** @type {string} */ text) => {
    assert.doesNotMatch(text, ADDRESS, `an address in ${place}`);
    for (const secret of secrets) assert.ok(!text.includes(secret), `a credential in ${place}`);
  };
  for (const file of readdirSync(logDir)) search(file, readFileSync(path.join(logDir, file), 'utf8'));

  const redis = new Redis(services.redisUrl);
  try {
    for (const key of await redis.keys('*')) {
      const value = (await redis.type(key)) === 'hash' ? JSON.stringify(await redis.hgetall(key)) : '';
      search('Redis', `${key} ${value}`);
    }
  } finally {
    redis.disconnect();
  }
}
