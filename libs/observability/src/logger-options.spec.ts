import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import pinoHttp, { type HttpLogger, type Options } from 'pino-http';
import { loggerOptions } from './logger-options';

/** Lines that a process with these options logs while it serves one request. */
async function logged(
  headers: Record<string, string>,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  path = '/api/v1/profiles?search=kari@example.com',
): Promise<{ text: string; lines: Record<string, unknown>[]; requestId: string | null }> {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const options = loggerOptions({ name: 'test', level: 'debug', quietPaths: ['/health/live'] });
  const log: HttpLogger = pinoHttp(options.pinoHttp as Options, sink);
  const server = createServer((request, response) => {
    log(request, response);
    serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await response.text();
  await new Promise((resolve) => server.close(resolve));
  const lines = text
    .split('\n')
    .flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []));
  return { text, lines, requestId: response.headers.get('x-request-id') };
}

describe('log lines', () => {
  it('hold no credentials and no addresses, wherever they come from', async () => {
    const headers = { Authorization: 'Bearer abc.def.ghi', Cookie: 'refresh=top-secret' };
    const { text, lines } = await logged(headers, (request, response) => {
      request.log.info(
        { user: { email: 'kari@example.com', password: 'hunter2' } },
        'Mail to ola@example.com',
      );
      request.log.warn({ headers: { authorization: 'Bearer abc.def.ghi' } }, 'Key SG.abcdefgh.ijklmnop');
      request.log.error(new Error('mongodb://root:hunter2@db refused kari@example.com'));
      response.end('{}');
    });
    expect(lines.length).toBeGreaterThanOrEqual(4);
    for (const secret of ['abc.def.ghi', 'top-secret', '@example.com', 'hunter2', 'SG.abcdefgh'])
      expect(text).not.toContain(secret);
    expect(text).toContain('[hidden]');
    expect(text).toContain('"type":"Error"');
  });

  it('name the request by its id and path, without the query', async () => {
    const { lines, requestId } = await logged({ 'X-Request-Id': 'caller-0001' }, (_, response) =>
      response.end(),
    );
    expect(requestId).toBe('caller-0001');
    expect(lines[0]).toMatchObject({
      name: 'test',
      req: { id: 'caller-0001', method: 'GET', path: '/api/v1/profiles' },
      res: { status: 200 },
    });
  });

  it('do not take an id that could break a log line', async () => {
    const { requestId } = await logged({ 'X-Request-Id': 'a b"c' }, (_, response) => response.end());
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('leave out health checks', async () => {
    const { lines } = await logged({}, (_, response) => response.end(), '/api/v1/health/live');
    expect(lines).toEqual([]);
  });
});
