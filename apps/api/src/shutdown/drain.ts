import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';

/** Requests under way get this long to end, in milliseconds. */
const deadlineMs = 8_000;

/**
 * Ends the HTTP side in order: no new connections, kept-alive ones close as soon as they are idle, what is under way
 * may finish, and what never would is cut off at the deadline.
 */
@Injectable()
export class Drain implements BeforeApplicationShutdown, OnApplicationShutdown {
  private sweep: NodeJS.Timeout | undefined;
  private deadline: NodeJS.Timeout | undefined;

  constructor(private readonly host: HttpAdapterHost) {}

  /** The server is closed right after this. */
  beforeApplicationShutdown(): void {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    this.sweep = setInterval(() => server.closeIdleConnections(), 100);
    this.deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweep);
    clearTimeout(this.deadline);
  }
}
