import { Logger } from '@nestjs/common';
import type { Connection } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 5;
const logger = new Logger('Indexes');

/**
 * Makes every model's indexes before the process takes work. Uniqueness is promised by them, so a failure ends the
 * boot. Processes that start together may collide, which the database answers with an error: hence the tries.
 */
export async function buildIndexes(connection: Connection): Promise<void> {
  await Promise.all(connection.modelNames().map((name) => build(connection, name)));
}

async function build(connection: Connection, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.model(name).createIndexes();
      return;
    } catch (error) {
      if (attempt === tries) throw error;
      logger.warn(`Indexes of ${name}: ${(error as Error).message}. Trying again.`);
      await delay(200 * attempt);
    }
  }
}
