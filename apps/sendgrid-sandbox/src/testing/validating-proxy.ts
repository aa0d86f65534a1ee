import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergedDocument } from './merged-document';

const PRISM = require.resolve('@stoplight/prism-cli/dist/index.js');
const MEGABYTE = 1024 * 1024;

/** One point in which a request or its answer differs from Twilio's files. */
export interface Violation {
  method: string;
  path: string;
  status: number;
  /** Where, as `response.body.job_id`. */
  location: string;
  message: string;
}

export interface ValidatingProxy {
  /** Use this as the base address of the API. */
  url: string;
  violations: Violation[];
  /** Method, path and status of every request so far. */
  seen: { method: string; path: string; status: number }[];
  stop(): Promise<void>;
}

/**
 * Prism between a client and the sandbox. Prism names violations in a header of each answer; a small relay
 * in front of it collects them, so that any client can be watched, the exporter too.
 */
export async function startValidatingProxy(upstream: string): Promise<ValidatingProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-prism-'));
  const file = join(folder, 'sendgrid.json');
  await writeFile(file, JSON.stringify(mergedDocument()));
  const port = await freePort();
  const prism = spawn(
    process.execPath,
    [
      `--max-http-header-size=${MEGABYTE}`,
      PRISM,
      'proxy',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      file,
      upstream,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  prism.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  prism.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    prism.stdout.on('data', () => output.includes('is listening on') && resolve());
    prism.once('exit', () => reject(new Error(`Prism ended at once:\n${output}`)));
  });
  const violations: Violation[] = [];
  const seen: ValidatingProxy['seen'] = [];
  const relay = createServer({ maxHeaderSize: MEGABYTE }, (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = httpRequest(
      { host: '127.0.0.1', port, method, path: url, headers, maxHeaderSize: MEGABYTE },
      (answer) => {
        const [path = ''] = url.split('?');
        const status = answer.statusCode ?? 0;
        seen.push({ method, path, status });
        const { 'sl-violations': named, ...rest } = answer.headers;
        for (const one of JSON.parse(String(named ?? '[]')) as { location?: string[]; message: string }[]) {
          violations.push({
            method,
            path,
            status,
            location: one.location?.join('.') ?? '',
            message: one.message,
          });
        }
        outgoing.writeHead(status, rest);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    violations,
    seen,
    async stop() {
      relay.closeAllConnections();
      relay.close();
      const ended = once(prism, 'exit');
      prism.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
