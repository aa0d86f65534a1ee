import {
  isAllowed,
  isAllowedOn,
  permissions,
  permissionsOf,
  permissionsOn,
  type Permission,
  type Role,
  type Sharing,
} from './permissions';

describe('permissions', () => {
  it('let every stronger role do what a weaker one may', () => {
    for (const permission of Object.keys(permissions) as Permission[]) {
      if (isAllowed('viewer', permission)) expect(isAllowed('contributor', permission)).toBe(true);
      if (isAllowed('contributor', permission)) expect(isAllowed('administrator', permission)).toBe(true);
    }
  });

  it('keep a viewer from everything that writes', () => {
    expect(permissionsOf('viewer').every((permission) => /:read(-settings)?$/.test(permission))).toBe(true);
  });

  it.each<[Role, Sharing | null, boolean, boolean]>([
    ['contributor', 'administrators-and-contributors', true, true],
    ['contributor', 'administrators', false, false],
    ['contributor', null, false, false],
    ['viewer', 'administrators-and-contributors', false, true],
    ['viewer', 'administrators', false, false],
    ['administrator', 'administrators', true, true],
    ['administrator', null, true, true],
  ])('let rights of a %s on an export follow its connection (%s)', (role, sharing, writes, reads) => {
    expect(isAllowedOn(role, 'export:write', sharing)).toBe(writes);
    expect(isAllowedOn(role, 'export:read-settings', sharing)).toBe(reads);
    expect(permissionsOn('export', { role, isApiKey: false }, sharing).includes('export:run')).toBe(writes);
  });

  it('keep an API key from what needs a person', () => {
    const key = permissionsOn('connection', { role: 'administrator', isApiKey: true }, 'administrators');
    expect(key).toEqual(['connection:use']);
  });
});
