import { inject } from '@angular/core';
import { CanActivateFn, Router } from '@angular/router';
import { Permission } from '@audience-relay/contracts';
import { Session } from './session';

const askAgainEvery = 2_000;

/** Only for who is signed in; others sign in first and come back to where they were going. */
export const signedIn: CanActivateFn = async (_route, { url }) => {
  const session = inject(Session);
  const router = inject(Router);
  await known(session);
  if (session.state() === 'signed-in') return true;
  return router.createUrlTree(['/sign-in'], url === '/' ? {} : { queryParams: { to: url } });
};

/** Who is already signed in has nothing to do on the sign-in page. */
export const signedOut: CanActivateFn = async () => {
  const session = inject(Session);
  const router = inject(Router);
  await known(session);
  return session.state() === 'signed-in' ? router.createUrlTree(['/']) : true;
};

/** An API that restarts says neither yes nor no: it is asked until it does. */
async function known(session: Session): Promise<void> {
  for (;;) {
    if (session.state() === 'starting') await session.renew();
    if (session.state() !== 'starting') return;
    await new Promise((resolve) => setTimeout(resolve, askAgainEvery));
  }
}

export function needs(permission: Permission): CanActivateFn {
  return () => inject(Session).may(permission) || inject(Router).createUrlTree(['/']);
}
