import type { CookieOptions, Request, Response } from 'express';
import { ProblemException } from '../problems/problem.exception';

const name = 'refresh';

function options(request: Request): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', secure: request.secure, path: '/api/v1/auth' };
}

export function setRefreshCookie(response: Response, token: string, expires: Date): void {
  response.cookie(name, token, { ...options(response.req), expires });
}

export function clearRefreshCookie(response: Response): void {
  response.clearCookie(name, options(response.req));
}

/**
 * The cookie's token. A browser sends cookies along by itself, so besides SameSite the request must carry
 * `X-Requested-With`: a page of another origin cannot add it without being asked, and is refused.
 */
export function readRefreshCookie(request: Request): string | undefined {
  const token: unknown = (request.cookies as Record<string, unknown> | undefined)?.[name];
  if (typeof token !== 'string' || token === '') return undefined;
  if (!request.headers['x-requested-with'])
    throw new ProblemException(
      'forbidden',
      'Requests that use the sign-in cookie need the header X-Requested-With.',
    );
  return token;
}
