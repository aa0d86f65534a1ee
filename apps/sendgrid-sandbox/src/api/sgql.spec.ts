import { parseSgql, SgqlError } from './sgql';
import type { SgqlValue } from './sgql';

const ann: Record<string, SgqlValue> = {
  email: 'ann@example.com',
  first_name: "O'Brien",
  age: 41,
  list_ids: ['l1', 'l2'],
  created_at: '2026-07-15T15:00:50.000Z',
};
const matches = (query: string): boolean => parseSgql(query).matches((field) => ann[field]);

describe('parseSgql', () => {
  it.each([
    "email = 'ann@example.com'",
    'email="ann@example.com"',
    "first_name = 'O''Brien'",
    "email LIKE 'ann@%' AND CONTAINS(list_ids, 'l2')",
    "email IN ('x@y.no', 'ann@example.com')",
    "email NOT IN ('x@y.no')",
    "lower(first_name) = lower('O''BRIEN')",
    'age >= 41 AND age < 100',
    "created_at > '2026-01-01'",
    'city IS NULL AND email IS NOT NULL',
    "NOT (email = 'x' OR age = 1)",
    "email = 'x' OR email = 'ann@example.com' AND age = 41",
    "email LIKE '_nn@example.com'",
    "city NOT LIKE 'Os%'",
  ])('matches %s', (query) => expect(matches(query)).toBe(true));

  it.each([
    "email = 'Ann@example.com'",
    "CONTAINS(list_ids, 'l3')",
    "city = 'Oslo'",
    "city != 'Oslo'",
    'age > 41',
    "email LIKE 'a.n%'",
  ])('does not match %s', (query) => expect(matches(query)).toBe(false));

  it.each([
    'email',
    'email =',
    "email = 'a",
    'email = a',
    "email = 'a' AND",
    "('a')",
    "email ~ 'a'",
    "email IN 'a'",
    "email = 'it's'",
  ])('refuses %s', (query) => expect(() => parseSgql(query)).toThrow(SgqlError));

  it('knows which addresses a query wants', () => {
    expect(parseSgql("email = 'a@b.no' AND age > 1").emails).toEqual(['a@b.no']);
    expect(parseSgql("email = 'a@b.no' OR email IN ('c@d.no')").emails).toEqual(['a@b.no', 'c@d.no']);
    expect(parseSgql("email = 'a@b.no' OR age > 1").emails).toBeUndefined();
    expect(parseSgql("NOT email = 'a@b.no'").emails).toBeUndefined();
  });
});
