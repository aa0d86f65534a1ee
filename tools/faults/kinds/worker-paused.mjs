// @ts-check
import { randomPause, round, untilRun } from '../round.mjs';

/** @type {import('../round.mjs').FaultKind} */
export const workerPaused = {
  name: 'worker-paused',
  title: 'a worker paused past its lease, awake again beside its successor',
  async run(context) {
    const { testbed, random, times } = context;
    for (let count = times(1, 15); count > 0; count -= 1) {
      await round(context, async (runId) => {
        const run = await untilRun(testbed, runId, ({ lease }) => lease !== null);
        await randomPause(random, 1_500);
        const holder = run && testbed.holderOf(run);
        if (!holder) return;
        holder.process.kill('SIGSTOP');
        await untilRun(testbed, runId, ({ epoch, lease }) => epoch > run.epoch && lease !== null);
        await randomPause(random, 1_500);
        holder.process.kill('SIGCONT');
      });
    }
  },
};
