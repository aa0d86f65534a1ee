const KEPT = 200;

export interface LoggedRequest {
  /** Counts up from 1 since the sandbox started or was reset. */
  number: number;
  at: string;
  method: string;
  path: string;
  endpoint: string | null;
  /** 0 when the connection was broken instead of answered. */
  status: number;
  ms: number;
  bytesIn: number;
  bytesOut: number;
}

export interface EndpointStats {
  requests: number;
  byStatus: Record<string, number>;
  bytesIn: number;
  bytesOut: number;
  totalMs: number;
  slowestMs: number;
}

/** What was asked of the sandbox: the last requests, and sums per endpoint. Bodies are not kept. */
export class RequestLog {
  private recent: LoggedRequest[] = [];
  private readonly endpoints = new Map<string, EndpointStats>();
  private count = 0;

  add(request: Omit<LoggedRequest, 'number'>): void {
    this.count += 1;
    this.recent.push({ number: this.count, ...request });
    if (this.recent.length > KEPT) this.recent.shift();
    const name = request.endpoint ?? 'other';
    const stats = this.endpoints.get(name) ?? {
      requests: 0,
      byStatus: {},
      bytesIn: 0,
      bytesOut: 0,
      totalMs: 0,
      slowestMs: 0,
    };
    stats.requests += 1;
    stats.byStatus[request.status] = (stats.byStatus[request.status] ?? 0) + 1;
    stats.bytesIn += request.bytesIn;
    stats.bytesOut += request.bytesOut;
    stats.totalMs += request.ms;
    stats.slowestMs = Math.max(stats.slowestMs, request.ms);
    this.endpoints.set(name, stats);
  }

  /** Newest first. */
  latest(limit = KEPT): LoggedRequest[] {
    return this.recent.slice(-limit).reverse();
  }

  get total(): number {
    return this.count;
  }

  stats(): Record<string, EndpointStats> {
    return Object.fromEntries(this.endpoints);
  }

  clear(): void {
    this.recent = [];
    this.endpoints.clear();
    this.count = 0;
  }
}
