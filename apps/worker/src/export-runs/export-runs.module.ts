import { QueueDispatcher } from '@audience-relay/queue';
import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { ExportRunsProcessor } from './export-runs.processor';
import { RunPorts } from './run-ports';
import { RunPreconditions } from './run-preconditions';
import { RunWorker } from './run-worker.service';

@Module({ providers: [ExportRunsProcessor, RunPorts, RunPreconditions, RunWorker] })
export class ExportRunsModule implements BeforeApplicationShutdown {
  constructor(
    private readonly dispatcher: QueueDispatcher,
    private readonly worker: RunWorker,
  ) {}

  /** Before Bull and mongoose close their connections, which they do one step later. */
  async beforeApplicationShutdown(): Promise<void> {
    // Only this process stops taking jobs; it does not wait, for the runs' own deadline is shorter.
    const paused = this.dispatcher.queue('export-runs').pause(true, true);
    paused.catch(() => undefined);
    await this.worker.shutDown();
  }
}
