import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { setTimeout as delay } from 'node:timers/promises';

const tries = 5;

/**
 * Makes every model's indexes before the process takes work. Uniqueness is promised by them, so a failure ends the
 * boot. Processes that start together may collide, which the database answers with an error: hence the tries.
 */
@Injectable()
export class IndexBuilder implements OnModuleInit {
  private readonly logger = new Logger(IndexBuilder.name);

  constructor(@InjectConnection() private readonly connection: Connection) {}

  async onModuleInit(): Promise<void> {
    await Promise.all(this.connection.modelNames().map((name) => this.build(name)));
  }

  private async build(name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.connection.model(name).createIndexes();
        return;
      } catch (error) {
        if (attempt === tries) throw error;
        this.logger.warn(`Indexes of ${name}: ${(error as Error).message}. Trying again.`);
        await delay(200 * attempt);
      }
    }
  }
}
