// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { randomPause, round, untilRun } from '../round.mjs';

/** A run is left alone after so many kills, so that runs are also seen to end. */
const KILLS_PER_RUN = 5;

/** @type {import('../round.mjs').FaultKind} */
export const workerKilled = {
  name: 'worker-killed',
  title: 'kill -9 of the worker that holds a run',
  async run(context) {
    const { testbed, random, times, log } = context;
    const wanted = times(3, 50);
    let kills = 0;
    while (kills < wanted) {
      const before = kills;
      const limit = Math.min(kills + KILLS_PER_RUN, wanted);
      const scope = random.chance(0.7) ? 'everyone' : 'changes';
      const disturb = async (/** @type {string} */ runId) => {
        let claim = 0;
        while (kills < limit) {
          const claimed = await untilRun(
            testbed,
            runId,
            ({ epoch, lease }) => epoch > claim && lease !== null,
          );
          if (!claimed) return;
          await randomPause(random);
          const run = await untilRun(testbed, runId, ({ lease }) => lease !== null);
          const holder = run && testbed.holderOf(run);
          if (!run) return;
          claim = run.epoch;
          if (!holder) continue;
          await testbed.killWorker(holder);
          kills += 1;
          await testbed.startWorker();
        }
      };
      await round(context, disturb, { scope });
      if (kills === before) await sleep(50);
      log(`${kills} of ${wanted} killed`);
    }
  },
};
