import { isDestinationFailure } from '@audience-relay/destinations/registry';
import { ProblemException } from '../problems/problem.exception';

/** What a failure at the destination is to the caller of the API. Anything else is passed on as it is. */
export function destinationProblem(error: unknown): unknown {
  if (!isDestinationFailure(error)) return error;
  const ours = { extra: { destinationCode: error.code } };
  switch (error.kind) {
    case 'auth':
    case 'permanent':
      return new ProblemException('destination-rejected', error.message, ours);
    case 'retryable':
    case 'rate-limited': {
      const { retryAfterMs } = error.detail;
      const retryAfter = retryAfterMs === undefined ? undefined : Math.ceil(retryAfterMs / 1000);
      return new ProblemException('destination-unavailable', error.message, { ...ours, retryAfter });
    }
  }
}
