// @ts-check
import { fileURLToPath } from 'node:url';
import { randomPause, round, untilRun } from '../round.mjs';

const JUMPING_CLOCK = fileURLToPath(new URL('jumping-clock.mjs', import.meta.url));

/** @type {import('../round.mjs').FaultKind} */
export const clockJumped = {
  name: 'clock-jumped',
  title: "a worker's clock that jumps an hour back, and forward again",
  longOnly: true,
  async run(context) {
    const { testbed, random, times } = context;
    for (const worker of [...testbed.workers]) await testbed.stopWorker(worker);
    for (let count = 0; count < 2; count += 1)
      await testbed.startWorker({ nodeArgs: ['--import', JUMPING_CLOCK] });
    for (let count = times(1, 6); count > 0; count -= 1) {
      await round(context, async (runId) => {
        const run = await untilRun(testbed, runId, ({ lease }) => lease !== null);
        await randomPause(random, 1_000);
        const holder = run && testbed.holderOf(run);
        // One signal leaves the two workers an hour apart for the rest of the run.
        holder?.process.kill('SIGWINCH');
        if (random.chance(0.5)) {
          await randomPause(random, 1_000);
          holder?.process.kill('SIGWINCH');
        }
      });
    }
    for (const worker of [...testbed.workers]) await testbed.stopWorker(worker);
    for (let count = 0; count < 2; count += 1) await testbed.startWorker();
  },
};
