import { ImportRepository } from '@audience-relay/data';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** A running import is heard of every second; after this silence its process is gone, in milliseconds. */
const silenceMs = 10_000;

const lookMs = 5_000;

/** Marks imports whose process died: at the next boot, and while others keep running. */
@Injectable()
export class InterruptedImports implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(InterruptedImports.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly imports: ImportRepository) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), lookMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    try {
      const count = await this.imports.interruptSilent(new Date(Date.now() - silenceMs));
      if (count > 0) this.logger.warn(`${count} import(s) were interrupted by the end of their process.`);
    } catch (error) {
      this.logger.warn(`Interrupted imports were not looked for: ${(error as Error).name}`);
    }
  }
}
