// @ts-check

/** @param {number} sinceMs */
const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

/**
 * Says what is being done, step by step. Steps may run side by side, so each has a line for itself when it is done.
 *
 * @param {(line: string) => void} write
 */
export function createSteps(write) {
  const began = performance.now();
  return {
    /**
     * @template T
     * @param {string} name
     * @param {() => Promise<T>} work
     * @returns {Promise<T>}
     */
    async run(name, work) {
      const since = performance.now();
      const result = await work();
      write(`  done  ${name} (${seconds(since)})`);
      return result;
    },
    /** @param {string} line something a person may want to know meanwhile */
    note(line) {
      write(`        ${line.replaceAll('\n', '\n          ')}`);
    },
    /** @returns {string} the time since the first step */
    total: () => seconds(began),
  };
}
