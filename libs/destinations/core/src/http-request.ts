import { DestinationError } from './destination-error';
import { networkFailure } from './http-failure';
import { withDeadline, type Deadline } from './with-deadline';

export interface HttpRequest extends Deadline {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
  /** A longer answer is not read. Default 1 MiB. */
  maxAnswerBytes?: number;
}

export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: Buffer;
}

/**
 * An answer's body as JSON; undefined if it is empty.
 * @throws DestinationError `retryable`, code `answer-unreadable`
 */
export function jsonOf(service: string, { body }: Pick<HttpAnswer, 'body'>): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    // Without the parser's own words: they quote the answer.
    const message = `${service} answered with something else than JSON.`;
    throw new DestinationError({ kind: 'retryable', code: 'answer-unreadable', message });
  }
}

/**
 * One HTTP request for plugins without a client library. Redirects are answers, not followed: they would carry
 * credentials and rows to an address that nobody chose.
 * @throws DestinationError when there is no whole answer; any status is an answer.
 */
export async function httpRequest(request: HttpRequest): Promise<HttpAnswer> {
  const { service, method, url, headers, body, maxAnswerBytes = 1_048_576 } = request;
  try {
    return await withDeadline(request, async (signal) => {
      const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > maxAnswerBytes) {
          const message = `The answer of ${service} is longer than ${maxAnswerBytes} bytes.`;
          throw new DestinationError({ kind: 'permanent', code: 'answer-too-large', message });
        }
        chunks.push(chunk);
      }
      return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
    });
  } catch (error) {
    throw networkFailure(service, error);
  }
}
