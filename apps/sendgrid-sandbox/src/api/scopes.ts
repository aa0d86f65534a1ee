import type { Endpoint } from './endpoint';

/** What the keys of the sandbox may do. More keys are added over the control endpoint. */
export const BUILT_IN_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'SG.sandbox.full-access',
    [
      'mail.send',
      'marketing.create',
      'marketing.delete',
      'marketing.read',
      'marketing.update',
      'recipients.erasejob.create',
      'user.account.read',
      'user.email.read',
      'user.profile.read',
      'user.username.read',
    ],
  ],
  ['SG.sandbox.mail-only', ['mail.send', 'user.account.read', 'user.username.read']],
]);

export const scopeEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v3/scopes',
    scope: null,
    limit: 600,
    reset: 'epoch',
    handle: ({ scopes }) => ({ status: 200, json: { scopes } }),
  },
];
