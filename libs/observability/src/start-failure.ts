import { EnvironmentError } from './environment';
import { scrub } from './redaction';

interface Failure {
  name?: string;
  message?: string;
  stack?: string;
  code?: string;
  port?: number;
}

/**
 * Why a process could not start, for the person who started it: a sentence with what to do where the cause is known,
 * the stack where it is not. Credentials in addresses are hidden.
 * @param processName How the process is called in the sentence: `API`, `worker`.
 */
export function explainStartFailure(processName: string, error: unknown): string {
  if (error instanceof EnvironmentError) return error.message;
  const { name, message, stack, code, port } = error as Failure;
  if (name === 'MigrationRefusedError') return String(message);
  if (/^(Mongo|Mongoose)\w*(ServerSelection|Network)\w*Error$/.test(name ?? ''))
    return scrub(`The database does not answer (${message}). Start it, or correct MONGODB_URI.`);
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken, so the ${processName} cannot listen on it. End what uses it, or choose another.`;
  return scrub(`The ${processName} could not start. ${stack ?? message ?? String(error)}`);
}
