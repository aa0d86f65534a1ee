import { ProfileFieldRepository } from '@audience-relay/data';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';

/**
 * Counts after an import how many profiles have a value of each field. That reads all profiles, so nobody waits for
 * it, and imports that end while it counts share the next count.
 */
@Injectable()
export class FilledCounter implements BeforeApplicationShutdown {
  private readonly logger = new Logger(FilledCounter.name);
  private counting: Promise<void> | null = null;
  private again = false;

  constructor(private readonly fields: ProfileFieldRepository) {}

  recount(): void {
    this.again = true;
    this.counting ??= this.count().finally(() => (this.counting = null));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.again = false;
    await this.counting;
  }

  private async count(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        await this.fields.countFilled();
      } catch (error) {
        this.logger.warn(`Fields were not counted: ${(error as Error).name}`);
      }
    }
  }
}
