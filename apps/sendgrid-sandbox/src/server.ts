import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { endpoints } from './api/endpoints';
import { files } from './api/files';
import { logRequests, serve } from './api/pipeline';
import { Control } from './control/control';
import { controlRoutes } from './control/routes';
import { Sandbox } from './sandbox';
import type { SettingsPatch, Timings } from './settings';

const LAST_REQUESTS_MS = 2_000;
const PAGE_POLICY =
  "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

export type { Control } from './control/control';
export type { SettingsPatch, Timings } from './settings';

export interface StartOptions {
  /** 0 takes any free port. */
  port: number;
  /** Address to listen on; 127.0.0.1 unless stated. */
  host?: string;
  /** Names under which its control endpoints may be called, beside `host` and those of this machine. */
  hosts?: readonly string[];
  /** File that keeps lists, fields, contacts, jobs and added keys across restarts. Without it: memory only. */
  stateFile?: string;
  /** Durations that differ from the defaults. */
  timings?: Partial<Timings>;
  /** Other settings that differ from the defaults. */
  settings?: SettingsPatch;
  /** Start of the draw of job durations; a repeated seed repeats them. */
  seed?: number;
  /** The clock, in milliseconds since 1970. */
  now?: () => number;
}

export interface RunningSandbox {
  /** Base address, without a slash at the end: `http://127.0.0.1:4010`. */
  url: string;
  port: number;
  /** What `/_control` offers, for tests in the same process. */
  control: Control;
  /** Lets requests under way finish for two seconds, ends all connections, and closes the state file. */
  stop(): Promise<void>;
}

/** Starts a sandbox in this process. Several can run side by side, each on its own port and file. */
export async function startSandbox(options: StartOptions): Promise<RunningSandbox> {
  const { port, host = '127.0.0.1', hosts = [], stateFile, seed, now } = options;
  const timings = { ...options.settings?.timings, ...options.timings };
  const sandbox = new Sandbox({ stateFile, seed, now, settings: { ...options.settings, timings } });
  const control = new Control(sandbox);
  const app = createApp(sandbox, control, [...hosts, host]);
  let ready = false;
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    if (ready) return app(request, response);
    response.writeHead(503, { 'content-type': 'text/plain' }).end('The sandbox is reading its state file.\n');
  });
  // The port is taken before the file is touched, so that two sandboxes never write the same file.
  await listen(server, port, host);
  try {
    await sandbox.open();
  } catch (error) {
    server.close();
    throw error;
  }
  ready = true;
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    control,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const impatient = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
      await closed;
      clearTimeout(impatient);
      await sandbox.close();
    },
  };
}

const expressMethod = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

function createApp(sandbox: Sandbox, control: Control, hosts: readonly string[]): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/health', (_request: Request, response: Response) => {
    response.json({ status: 'ok' });
  });
  app.get('/', (_request: Request, response: Response) => {
    response.setHeader('content-security-policy', PAGE_POLICY);
    // Relative to a root, so that a folder above it may begin with a dot.
    response.sendFile('index.html', { root: join(__dirname, 'page') });
  });
  app.use('/_control', controlRoutes(control, hosts));
  app.use('/_files', files(sandbox));
  app.use(logRequests(sandbox, endpoints));
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/\{(\w+)\}/g, ':$1');
    app[expressMethod[endpoint.method]](path, serve(sandbox, endpoint));
  }
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ errors: [{ field: null, message: 'not found' }] });
  });
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    if (response.headersSent) return void response.destroy();
    response.status(statusOf(error)).json({ errors: [{ field: null, message: 'the request failed' }] });
  });
  return app;
}

/** Express and its body parser say in the error itself when the caller is to blame. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status >= 400 && status < 600 ? status : 500;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
