import { HttpErrorResponse } from '@angular/common/http';
import { ProblemFieldError } from '@audience-relay/contracts';

/** An answer that says no, as the API words it (RFC 9457), or what stands in for it when there was no answer. */
export interface Problem {
  /** 0: the API was not reached. */
  status: number;
  /** One of the API's problem codes; `unreachable` and `unexpected` are the console's own. */
  code: string;
  detail: string | null;
  errors: ProblemFieldError[];
  /** Members beside the standard ones, such as `activeRunId` or `exports`. */
  extra: Record<string, unknown>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bodyOf(response: HttpErrorResponse): Record<string, unknown> | null {
  if (isRecord(response.error)) return response.error;
  if (typeof response.error !== 'string') return null;
  try {
    const parsed: unknown = JSON.parse(response.error);
    return isRecord(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isFieldError(value: unknown): value is ProblemFieldError {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string';
}

/** What went wrong, from whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  // Angular's `resource` wraps what is not an Error, which an HttpErrorResponse is not.
  const error = thrown instanceof Error && thrown.cause instanceof HttpErrorResponse ? thrown.cause : thrown;
  if (!(error instanceof HttpErrorResponse))
    return { status: 0, code: 'unexpected', detail: null, errors: [], extra: {} };
  const body = bodyOf(error);
  // A dev server or proxy in between answers 502 to 504 without a problem when the API is down.
  const unreachable = error.status === 0 || (body === null && error.status >= 502 && error.status <= 504);
  return {
    status: error.status,
    code: typeof body?.['code'] === 'string' ? body['code'] : unreachable ? 'unreachable' : 'unexpected',
    detail: typeof body?.['detail'] === 'string' ? body['detail'] : null,
    errors: Array.isArray(body?.['errors']) ? body['errors'].filter(isFieldError) : [],
    extra: body ?? {},
  };
}
