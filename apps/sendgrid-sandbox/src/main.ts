import { startSandbox } from './server';

/** Reads the environment; a wrong value stops the process with one sentence that names it. */
function portFromEnvironment(): number {
  const value = process.env['SANDBOX_PORT'] ?? '4010';
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`SANDBOX_PORT must be a port number between 0 and 65535, not "${value}".`);
  }
  return port;
}

async function main(): Promise<void> {
  const stateFile = process.env['SANDBOX_STATE_FILE'];
  const running = await startSandbox({
    port: portFromEnvironment(),
    host: process.env['HOST'] || '127.0.0.1',
    hosts: (process.env['SANDBOX_HOSTS'] ?? '').toLowerCase().split(',').filter(Boolean),
    stateFile: stateFile || undefined,
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  }
  // Last: whoever waits for this line may end the process at once.
  process.stdout.write(
    `SendGrid sandbox at ${running.url}, ${stateFile ? `kept in ${stateFile}` : 'in memory only'}\n`,
  );
}

function fail(error: unknown): never {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  const message = inUse
    ? `port ${process.env['SANDBOX_PORT'] ?? '4010'} is taken; free it or set SANDBOX_PORT.`
    : error instanceof Error
      ? error.message
      : String(error);
  process.stderr.write(`SendGrid sandbox: ${message}\n`);
  process.exit(1);
}

main().catch(fail);
