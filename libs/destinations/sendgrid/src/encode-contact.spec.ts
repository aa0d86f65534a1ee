import type { MappedRow } from '@audience-relay/destinations/core';
import fc from 'fast-check';
import type { ListContext } from './connection';
import { encodeContact } from './encode-contact';
import { envelopeOf, makeSession } from './session';
import { sendgrid } from './sendgrid';

const fields = ['email', 'first_name', 'external_id', 'alternate_email_1', 'alternate_email_2'];
const session = makeSession(
  {
    mapping: { fields: Object.fromEntries(fields.map((name) => [name, name])), custom: [] },
    settings: { list: 'l' },
  } as unknown as ListContext,
  [
    { name: 'Note', id: 'w1_T', type: 'Text' },
    { name: 'Score', id: 'e2_N', type: 'Number' },
    { name: 'Since', id: 'e3_D', type: 'Date' },
  ],
);

function encoded(row: Partial<MappedRow>): unknown {
  const bytes = encodeContact({ identity: 'kari@example.com', fields: {}, custom: {}, ...row }, session);
  return JSON.parse(Buffer.from(bytes).toString());
}

describe('encodeContact', () => {
  it('should leave out what the row does not say, and clear what it says is empty', () => {
    expect(encoded({})).toEqual({ email: 'kari@example.com' });
    expect(
      encoded({ fields: { first_name: null }, custom: { Note: null, Score: null, Since: null } }),
    ).toEqual({
      email: 'kari@example.com',
      first_name: '',
      custom_fields: { w1_T: '', e2_N: '', e3_D: '' },
    });
  });

  it('should never clear an identifier, which cannot be', () => {
    expect(encoded({ fields: { external_id: null } })).toEqual({ email: 'kari@example.com' });
    expect(encoded({ fields: { external_id: '17' } })).toMatchObject({ external_id: '17' });
  });

  it('should write numbers as numbers and dates in the one form that is stored and read back', () => {
    expect(encoded({ custom: { Note: true, Score: 1.5, Since: '2021-02-11' } })).toMatchObject({
      custom_fields: { w1_T: 'true', e2_N: 1.5, e3_D: '2021-02-11T00:00:00.000Z' },
    });
    expect(encoded({ custom: { Note: 7, Score: '12', Since: '2021-02-11T23:03:03+01:00' } })).toMatchObject({
      custom_fields: { w1_T: '7', e2_N: 12, e3_D: '2021-02-11T22:03:03.000Z' },
    });
  });

  it('should leave what is no number or date for SendGrid to refuse, rather than change it', () => {
    expect(encoded({ custom: { Score: 'many', Since: 'soon' } })).toMatchObject({
      custom_fields: { e2_N: 'many', e3_D: 'soon' },
    });
  });

  it('should write any text as JSON does', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\u007f', '\u2028'), fc.string()),
    });
    fc.assert(
      fc.property(text, (first_name) => {
        const row = { identity: 'kari@example.com', fields: { first_name }, custom: {} };
        const expected = JSON.stringify({ email: row.identity, first_name });
        return Buffer.from(encodeContact(row, session)).toString() === expected;
      }),
      { numRuns: 2_000, examples: [['\ud800'], ['👩‍🚀'], ['\u0000'], ['']] },
    );
  });

  it('should make one list of alternate addresses, with none twice', () => {
    const twice = { alternate_email_1: 'kari@example.com', alternate_email_2: 'k@example.com' };
    expect(encoded({ fields: twice })).toMatchObject({ alternate_emails: ['k@example.com'] });
    expect(encoded({ fields: { alternate_email_1: null, alternate_email_2: null } })).toMatchObject({
      alternate_emails: [],
    });
    expect(encoded({ fields: { alternate_email_2: 'k@example.com' } })).toMatchObject({
      alternate_emails: ['k@example.com'],
    });
  });

  it('should count the envelope to the byte, so that no request is made in vain', () => {
    const { before, after } = envelopeOf('ca7a3796-e8a8-4029-9ccb-df8937940562');
    expect(Buffer.byteLength(before + after)).toBe(sendgrid.limits.envelopeBytes);
  });
});
