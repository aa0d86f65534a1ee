import { gzipSync } from 'node:zlib';
import { issuesOf } from './errors-file';

const refused = (identity: string, message: string) => ({ identity, code: 'refused-later', message });

describe('issuesOf', () => {
  it('should find columns by their names', () => {
    const file = Buffer.from(
      '\ufeffline,E-Mail,Error Message\n1, Kari@Example.com ,phone_number is not valid\n',
    );
    expect(issuesOf(file)).toEqual([
      refused('kari@example.com', 'SendGrid refused this contact: phone_number is not valid'),
    ]);
  });

  it('should do without a header line', () => {
    const file = Buffer.from('kari@example.com,the date is not valid\nola@example.com,the plan is full\n');
    expect(issuesOf(file).map(({ identity, message }) => [identity, message.split(': ')[1]])).toEqual([
      ['kari@example.com', 'the date is not valid'],
      ['ola@example.com', 'the plan is full'],
    ]);
  });

  it('should not repeat the values of the row', () => {
    const file = Buffer.from(
      'email,first_name,error\n' +
        'kari@example.com,Kari,"first_name Kari of kari@example.com is too long"\n' +
        'ola@example.com,Ola,"phone_number \'+47 900 00 000\' is not valid"\n',
    );
    expect(issuesOf(file).map(({ message }) => message)).toEqual([
      'SendGrid refused this contact: first_name … of … is too long',
      'SendGrid refused this contact: phone_number … is not valid',
    ]);
  });

  it('should open a compressed file', () => {
    const file = gzipSync('email,error\nkari@example.com,no reason at all\n');
    expect(issuesOf(file)).toHaveLength(1);
  });

  it('should say so when there is no reason', () => {
    expect(issuesOf(Buffer.from('email\nkari@example.com\n'))).toEqual([
      refused('kari@example.com', 'SendGrid refused this contact and gave no reason.'),
    ]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a page', Buffer.from('<html><body>Access denied</body></html>')],
    ['noise', Buffer.from([0xff, 0x00, 0x22, 0x0a, 0x22, 0x80])],
    ['a broken archive', Buffer.from([0x1f, 0x8b, 1, 2, 3])],
  ])('should yield nothing from %s', (_name, file) => {
    expect(issuesOf(file)).toEqual([]);
  });
});
