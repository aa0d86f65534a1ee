// @ts-check
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
  },
};
