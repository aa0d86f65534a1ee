// @ts-check

/**
 * Something a person has to mend. The message says what happened, to what, and what to do, in one or two
 * sentences; it is shown as it is, without a stack.
 */
export class Problem extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'Problem';
  }
}

/**
 * How an error is shown to a person: a problem by its sentence, anything unexpected with its stack.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function describeError(error) {
  if (error instanceof Problem) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
