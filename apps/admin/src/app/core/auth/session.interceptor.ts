import { HttpErrorResponse, HttpHandlerFn, HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { Session } from './session';

/** These make or end a sign-in; a 401 from them is an answer, not a reason to renew. */
const withoutToken = /\/api\/v1\/auth\/(login|refresh|logout)$/;

/** Sends the access token; on 401 renews it once and tries again; when that fails it waits for who signs in again. */
export const sessionInterceptor: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  // The API asks for this header where a cookie alone would be enough to act: other sites cannot set it.
  const marked = request.clone({ setHeaders: { 'X-Requested-With': 'audience-relay' } });
  if (!request.url.includes('/api/') || withoutToken.test(request.url)) return next(marked);

  return send(marked, next, session).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof HttpErrorResponse) || error.status !== 401) return throwError(() => error);
      return from(session.renew().then((renewed) => renewed || session.signedInAgain())).pipe(
        switchMap((signedIn) => (signedIn ? send(marked, next, session) : throwError(() => error))),
      );
    }),
  );
};

function send(request: HttpRequest<unknown>, next: HttpHandlerFn, session: Session) {
  const token = session.accessToken();
  return next(token ? request.clone({ setHeaders: { Authorization: `Bearer ${token}` } }) : request);
}
