/** The three roles, weakest first. A user has exactly one. */
export const roles = ['viewer', 'contributor', 'administrator'] as const;

export type Role = (typeof roles)[number];

/**
 * Who may do what. The API's guards and the console's buttons both read this table, so they cannot disagree.
 *
 * Rights on a single export or run also depend on its connection (see `permissionsOn`): `export:write` is what a role
 * may do at most.
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
  'export:read-settings': ['viewer', 'contributor', 'administrator'],
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

/** Who asks: a person, or an API key with a role. */
export interface PermissionHolder {
  role: Role;
  isApiKey: boolean;
}

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
 * What follows the connection, not the author: whoever may use a connection may see the settings of every export on it,
 * and edit, run and remove it. On one that is not shared, and on a detached export, only administrators have these.
 */
const followsConnection: readonly Permission[] = [
  'connection:use',
  'export:read-settings',
  'export:write',
  'export:run',
  'run:read-rejected',
  'run:approve-removals',
];

/** What can be done with one resource of a kind; the API says of each resource which of these its caller holds. */
export const resourcePermissions = {
  connection: ['connection:use', 'connection:manage'],
  export: ['export:read', 'export:read-settings', 'export:write', 'export:run', 'connection:manage'],
  run: ['run:read', 'run:read-rejected', 'run:approve-removals', 'export:run'],
} as const satisfies Record<string, readonly Permission[]>;

export type ResourceKind = keyof typeof resourcePermissions;

/** Whether a permission holds for what is on a connection. @param sharing Of the connection; null: there is none. */
export function isAllowedOn(role: Role, permission: Permission, sharing: Sharing | null): boolean {
  const shared = role === 'administrator' || sharing === 'administrators-and-contributors';
  return isAllowed(role, permission) && (shared || !followsConnection.includes(permission));
}

/** What this caller may do with one resource. @param sharing Of its connection; null: it has none. */
export function permissionsOn(
  kind: ResourceKind,
  { role, isApiKey }: PermissionHolder,
  sharing: Sharing | null = null,
): Permission[] {
  return resourcePermissions[kind].filter(
    (permission: Permission) =>
      isAllowedOn(role, permission, sharing) && !(isApiKey && personsOnly.includes(permission)),
  );
}
