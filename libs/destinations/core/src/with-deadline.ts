import { DestinationError } from './destination-error';

export interface Deadline {
  /** How the service is called in messages. */
  service: string;
  /** The caller's wish to stop: `ctx.signal`. */
  signal: AbortSignal;
  timeoutMs: number;
}

/**
 * Runs one request that ends by itself, by its time limit or by the caller's signal, whichever is first.
 * It settles even if `run` never does: HTTP clients have been seen to swallow both failures and signals.
 * @throws DestinationError `retryable`, code `timeout` or `aborted`; else what `run` throws.
 */
export function withDeadline<T>(deadline: Deadline, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { service, signal, timeoutMs } = deadline;
  const request = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const stop = (code: string, message: string) => {
      finish();
      reject(new DestinationError({ kind: 'retryable', code, message }));
      request.abort();
    };
    const onAbort = () => stop('aborted', `The request to ${service} was stopped.`);
    const timer = setTimeout(
      () => stop('timeout', `${service} did not answer within ${timeoutMs / 1000} seconds.`),
      timeoutMs,
    );
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    run(request.signal).then(resolve, reject).finally(finish);
  });
}
