/** The three roles, weakest first. A user has exactly one. */
export const roles = ['viewer', 'contributor', 'administrator'] as const;

export type Role = (typeof roles)[number];

/**
 * Who may do what. The API's guards and the console's buttons both read this table, so they cannot disagree.
 *
 * Rights on a single export also depend on its connection (see `canEditExportsOn`): `export:write` is what a
 * role may do at most.
 */
export const permissions = {
  'profile:read': ['viewer', 'contributor', 'administrator'],
  'profile:import': ['contributor', 'administrator'],
  'profile:erase': ['administrator'],
  'segment:read': ['viewer', 'contributor', 'administrator'],
  'segment:write': ['contributor', 'administrator'],
  'destination:read': ['viewer', 'contributor', 'administrator'],
  'connection:use': ['contributor', 'administrator'],
  'connection:manage': ['administrator'],
  'export:read': ['viewer', 'contributor', 'administrator'],
  'export:write': ['contributor', 'administrator'],
  'export:run': ['contributor', 'administrator'],
  'run:read': ['viewer', 'contributor', 'administrator'],
  'run:approve-removals': ['contributor', 'administrator'],
  'run:read-rejected': ['contributor', 'administrator'],
  'schedule:read': ['viewer', 'contributor', 'administrator'],
  'schedule:manage': ['administrator'],
  'refresh:run': ['administrator'],
  'alert:read': ['viewer', 'contributor', 'administrator'],
  'alert:manage': ['administrator'],
  'user:manage': ['administrator'],
  'api-key:manage': ['administrator'],
  'audit:read': ['administrator'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/**
 * What needs a person, signed in with a password, whatever the role: consent, credentials, accounts, and the approval
 * of removals. A key that leaked can so neither widen its own rights nor outlive its removal, nor empty a list.
 */
export const personsOnly: readonly Permission[] = [
  'connection:manage',
  'alert:manage',
  'user:manage',
  'api-key:manage',
  'run:approve-removals',
];

/** Whether a role holds a permission. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}

/** All permissions of a role, in the table's order. */
export function permissionsOf(role: Role): Permission[] {
  return (Object.keys(permissions) as Permission[]).filter((permission) => isAllowed(role, permission));
}

/** Who may use a connection in exports. Administrators always may. */
export const sharings = ['administrators', 'administrators-and-contributors'] as const;

export type Sharing = (typeof sharings)[number];

/**
 * Rights follow the connection, not the author: whoever may use a connection may edit, run and remove every
 * export on it. A detached export (no connection) belongs to the administrators.
 */
export function canEditExportsOn(role: Role, sharing: Sharing | null): boolean {
  if (role === 'administrator') return true;
  return role === 'contributor' && sharing === 'administrators-and-contributors';
}
