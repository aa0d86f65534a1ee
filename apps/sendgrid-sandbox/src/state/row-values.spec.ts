import type { CustomField } from './custom-field';
import { isEmail, isPhone, rowValues } from './row-values';

const fields = new Map<string, CustomField>(
  (['Text', 'Number', 'Date'] as const).map((type) => {
    const id = `e1_${type.charAt(0)}`;
    return [id, { id, name: type, type, usableAt: 0 }];
  }),
);

describe('isEmail', () => {
  it.each([
    'a@b.no',
    "o'brien+tag@example.co.uk",
    'A.B@EXAMPLE.COM',
    'x@xn--bcher-kva.example',
    `${'a'.repeat(64)}@b.no`,
  ])('takes %s', (email) => expect(isEmail(email)).toBe(true));
  it.each([
    '',
    '000',
    'a@b',
    'a b@c.no',
    'a@@b.no',
    '.a@b.no',
    'a.@b.no',
    'a..b@c.no',
    'a@-b.no',
    `${'a'.repeat(65)}@b.no`,
    'å@b.no',
  ])('refuses %p', (email) => expect(isEmail(email)).toBe(false));
});

describe('isPhone', () => {
  it.each(['+4722000000', '(212) 555-0100', '22 00 00 00'])('takes %s', (phone) =>
    expect(isPhone(phone)).toBe(true),
  );
  it.each(['000', 'ring me', '+47 22 00 00 00 00 00 00 00'])('refuses %s', (phone) =>
    expect(isPhone(phone)).toBe(false),
  );
});

describe('rowValues', () => {
  it('keeps known fields, in lower case where they are addresses', () => {
    expect(
      rowValues(
        {
          email: 'Ann@X.no',
          first_name: 'Ann',
          alternate_emails: ['A@X.no'],
          id: 'x',
          constructor: 'x',
          city: null,
        },
        fields,
      ),
    ).toEqual({ email: 'ann@x.no', first_name: 'Ann', alternate_emails: ['a@x.no'] });
  });

  it.each([
    ['e1_N', '12.5', 12.5],
    ['e1_N', -3, -3],
    ['e1_T', 7, '7'],
    ['e1_T', '', ''],
    ['e1_D', '02/11/2021', '2021-02-11T00:00:00Z'],
    ['e1_D', '2021-02-11T23:03:03.000Z', '2021-02-11T23:03:03Z'],
    ['e1_D', '2021-02-11', '2021-02-11T00:00:00Z'],
  ])('stores %s %p as %p', (id, given, stored) => {
    expect(rowValues({ email: 'a@b.no', custom_fields: { [id]: given } }, fields)).toEqual({
      email: 'a@b.no',
      custom_fields: { [id]: stored },
    });
  });

  it.each([
    ['e1_N', 'many'],
    ['e1_N', ' '],
    ['e1_D', 'AAAAA'],
    ['e1_D', '2021-02-31'],
    ['e1_D', '13/01/2021'],
    ['e1_D', 20210211],
    ['e1_T', { a: 1 }],
  ])('refuses %s %p with a reason', (id, given) => {
    expect(rowValues({ email: 'a@b.no', custom_fields: { [id]: given } }, fields)).toEqual({
      reason: expect.stringContaining(id),
    });
  });
});
