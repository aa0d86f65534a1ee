import { withDeadline } from '@audience-relay/destinations/registry';
import { destinationProblem } from './destination-problem';

/** A person waits for the answer, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Asks a destination something on behalf of a person: ends within the time limit even if the plugin does not, and
 * says failures as problems.
 * @param service How the destination is called in messages.
 * @throws ProblemException `destination-rejected`, `destination-unavailable`
 */
export async function callDestination<Result>(
  service: string,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await withDeadline({ service, signal: new AbortController().signal, timeoutMs }, call);
  } catch (error) {
    throw destinationProblem(error);
  }
}
