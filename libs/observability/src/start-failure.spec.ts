import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { EnvironmentError } from './environment';
import { explainStartFailure } from './start-failure';

const explain = (error: unknown): string => explainStartFailure('API', error);

describe('why a process could not start', () => {
  it('is what is wrong in the environment', () => {
    expect(explain(new EnvironmentError(['PORT is wrong.', 'REDIS_URL is wrong.']))).toBe(
      'PORT is wrong.\nREDIS_URL is wrong.',
    );
  });

  it('is a database that does not answer, without its password', () => {
    const error = Object.assign(new Error('no answer from mongodb://root:hunter2@db:27017'), {
      name: 'MongooseServerSelectionError',
    });
    expect(explain(error)).toBe(
      'The database does not answer (no answer from mongodb://root:[hidden]@db:27017). Start it, or correct MONGODB_URI.',
    );
  });

  it('is a port that is taken', async () => {
    const first = createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const { port } = first.address() as AddressInfo;
    const second = createServer();
    const failed = new Promise((resolve) => second.once('error', resolve));
    second.listen(port, '127.0.0.1');
    expect(explain(await failed)).toContain(`Port ${port} is taken`);
    await new Promise((resolve) => first.close(resolve));
  });

  it('is the stack of what nobody expected', () => {
    expect(explain(new TypeError('x is not a function'))).toMatch(
      /^The API could not start\. TypeError: x is not a function\n +at /,
    );
  });
});
