// @ts-check
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomPause, round } from '../round.mjs';

/** @type {import('../round.mjs').FaultKind} */
export const databaseRestarted = {
  name: 'database-restarted',
  title: 'the database restarted',
  async run(context) {
    const { testbed, random, times } = context;
    for (let count = times(1, 6); count > 0; count -= 1) {
      await round(context, async () => {
        await randomPause(random);
        await testbed.services.restartMongo();
      });
    }
    const log = path.join(testbed.logDir, 'postgresql.log');
    if (existsSync(log)) assert.doesNotMatch(readFileSync(log, 'utf8'), /PANIC/, 'the database panicked');
  },
};
