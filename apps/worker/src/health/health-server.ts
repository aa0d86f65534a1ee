import { createServer, type Server, type ServerResponse } from 'node:http';
import { QueueDispatcher } from '@audience-relay/queue';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { register } from 'prom-client';
import { type WorkerConfig, workerConfigToken } from '../config/worker-config';
import { Heartbeat } from './heartbeat';

/** A worker that could not say for so long that it lives is not healthy, in milliseconds. */
const longestSilenceMs = 20_000;

/** `GET /health` for supervisors, `GET /metrics` for Prometheus. The worker has no other HTTP. */
@Injectable()
export class HealthServer implements OnApplicationBootstrap, OnModuleDestroy {
  private server: Server | undefined;

  constructor(
    @Inject(workerConfigToken) private readonly config: WorkerConfig,
    private readonly heartbeat: Heartbeat,
    private readonly dispatcher: QueueDispatcher,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const server = createServer((request, response) => {
      void this.answer(request.url ?? '/', response);
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.config.port, this.config.host, resolve);
    });
  }

  onModuleDestroy(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(url: string, response: ServerResponse): Promise<void> {
    if (url === '/metrics') {
      response.writeHead(200, { 'Content-Type': register.contentType });
      response.end(await register.metrics());
      return;
    }
    if (url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const database = this.heartbeat.ageMs < longestSilenceMs ? 'up' : 'down';
    const redis = this.dispatcher.queue('export-runs').client.status === 'ready' ? 'up' : 'down';
    const healthy = database === 'up' && redis === 'up';
    response.writeHead(healthy ? 200 : 503, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ status: healthy ? 'ok' : 'error', database, redis }));
  }
}
