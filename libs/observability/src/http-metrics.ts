import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

type RoutedRequest = IncomingMessage & { route?: { path?: unknown } };

/** Process and HTTP metrics in a registry of their own, so that several applications fit in one process (tests). */
export class HttpMetrics {
  readonly registry = new Registry();

  private readonly duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  /** @param process Which process this is, as a label on everything: `api`. */
  constructor(process: string) {
    this.registry.setDefaultLabels({ process });
    collectDefaultMetrics({ register: this.registry });
  }

  /** Middleware: measures by route (`/connections/:id`), never by path, which would name everything there is. */
  readonly measure = (request: RoutedRequest, response: ServerResponse, next: () => void): void => {
    const begun = performance.now();
    response.once('finish', () => {
      const route = typeof request.route?.path === 'string' ? request.route.path : 'none';
      this.duration.observe(
        { method: request.method ?? '', route, status: response.statusCode },
        (performance.now() - begun) / 1000,
      );
    });
    next();
  };
}
