import type { Logger } from '@nestjs/common';
import { isDatabaseAway } from './problem.filter';

/**
 * Does something with one stored record of several. One that fails, because something damaged it in the database, is
 * logged and passed over: it must not keep the others from being shown, started or sent.
 * @returns Null when it failed.
 */
export async function unlessDamaged<Result>(
  logger: Logger,
  id: unknown,
  work: () => Result | Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    // Other messages may quote what is stored.
    const { name, message } = error as Error;
    logger.error(`${String(id)} could not be handled: ${error instanceof TypeError ? message : name}`);
    return null;
  }
}
