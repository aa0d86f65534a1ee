import { DestinationError } from '@audience-relay/destinations/core';

/** After this long a call is given up, in milliseconds. Plugins have tighter limits of their own; this one is for those that hang. */
const callTimeoutMs = 180_000;

/**
 * Calls a plugin so that it cannot hang the run: gives it a signal that ends with the run's and with the time limit,
 * and does not wait for a plugin that ignores it.
 */
export async function callDestination<Result>(
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(hangs), callTimeoutMs);
  const either = AbortSignal.any([signal, limit.signal]);
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(either.reason as Error);
    either.addEventListener('abort', stop, { once: true });
  });
  try {
    const result = call(either);
    // If the call is given up, nobody else hears how it ended.
    result.catch(() => undefined);
    return await Promise.race([result, stopped]);
  } finally {
    clearTimeout(timer);
    if (stop) either.removeEventListener('abort', stop);
  }
}

const hangs = new DestinationError({
  kind: 'retryable',
  code: 'timeout',
  message: 'The destination did not answer in time. The run will be tried again.',
});
