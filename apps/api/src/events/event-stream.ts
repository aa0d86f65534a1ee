import type { Response } from 'express';
import type { Change } from './change-feed';

/** A listener that does not read is let go before it costs memory. */
const maxBufferedBytes = 1_000_000;

/** One open answer of server-sent events. */
export class EventStream {
  constructor(private readonly response: Response) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Whoever compresses or buffers on the way would hold events back.
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.comment('connected');
  }

  send({ event, data }: Change): void {
    this.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  /** Keeps proxies from closing a quiet connection. */
  comment(text: string): void {
    this.write(`: ${text}\n\n`);
  }

  end(): void {
    this.response.end();
  }

  private write(text: string): void {
    if (this.response.writableEnded) return;
    this.response.write(text);
    if (this.response.writableLength > maxBufferedBytes) this.response.destroy();
  }
}
