import { contactId, contactNumber } from './contact-id';

describe('contactId', () => {
  it('makes distinct UUIDs that lead back to their number', () => {
    const ids = new Set<string>();
    for (let number = 0; number < 20_000; number += 1) {
      const id = contactId(number, 42);
      expect(contactNumber(id, 42)).toBe(number);
      ids.add(id);
    }
    expect(ids.size).toBe(20_000);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('does not know ids of another account, nor those it never made', () => {
    expect(contactNumber(contactId(7, 1), 2)).toBeUndefined();
    expect(contactNumber('c6491580-2f4a-4339-8812-eb1f86aae6dd', 1)).toBeUndefined();
    expect(contactNumber('nonsense', 1)).toBeUndefined();
  });
});
