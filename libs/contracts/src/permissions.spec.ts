import { canEditExportsOn, isAllowed, permissions, permissionsOf, type Permission } from './permissions';

describe('permissions', () => {
  it('let every stronger role do what a weaker one may', () => {
    for (const permission of Object.keys(permissions) as Permission[]) {
      if (isAllowed('viewer', permission)) expect(isAllowed('contributor', permission)).toBe(true);
      if (isAllowed('contributor', permission)) expect(isAllowed('administrator', permission)).toBe(true);
    }
  });

  it('keep a viewer from everything that writes', () => {
    expect(permissionsOf('viewer').every((permission) => permission.endsWith(':read'))).toBe(true);
  });

  it('let rights on an export follow its connection', () => {
    expect(canEditExportsOn('contributor', 'administrators-and-contributors')).toBe(true);
    expect(canEditExportsOn('contributor', 'administrators')).toBe(false);
    expect(canEditExportsOn('contributor', null)).toBe(false);
    expect(canEditExportsOn('viewer', 'administrators-and-contributors')).toBe(false);
    expect(canEditExportsOn('administrator', null)).toBe(true);
  });
});
