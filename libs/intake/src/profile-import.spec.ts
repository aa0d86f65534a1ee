import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { previewImport } from './preview-import';
import { type ImportOptions, ProfileImport } from './profile-import';
import { MemoryPorts } from './testing/memory-ports';

type Options = Partial<ImportOptions>;

const defaults = { format: 'csv', maxBytes: 10_000_000 } as const;

const upload = (file: string | Buffer): Readable => Readable.from([Buffer.from(file)], { objectMode: false });

async function importInto(ports: MemoryPorts, file: string | Buffer, options: Options = {}) {
  const work = await ProfileImport.open(upload(file), { ...defaults, ...options }, ports);
  const ending = await work.run((error) => {
    throw error;
  });
  return { ...work.progress, ...ending };
}

/** What is known of everybody after one file. */
async function after(file: string | Buffer, options?: Options) {
  const ports = new MemoryPorts();
  const result = await importInto(ports, file, options);
  const people = Object.fromEntries([...ports.people].map(([id, { fields }]) => [id, fields]));
  return { ports, result, people, only: [...ports.people.values()][0]?.fields };
}

const types = ({ columns }: { columns: { column: string; type: string }[] }) =>
  Object.fromEntries(columns.map(({ column, type }) => [column, type]));

const kari = { firstName: 'Kari', lastName: 'Nordmann', email: 'kari@example.com' };

describe('files of other programs', () => {
  it.each<[string, string, Options, Record<string, unknown>]>([
    [
      'Google Contacts',
      'First Name,Middle Name,Last Name,Organization Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,Address 1 - Country\n' +
        'Kari,,Nordmann,Example AS,Work,kari@example.com,Home,k@example.org,Mobile,+47 22 22 22 22,Storgata 1,Oslo,0155,Norway\n',
      {},
      {
        ...kari,
        company: 'Example AS',
        phone: '+47 22 22 22 22',
        addressLine1: 'Storgata 1',
        city: 'Oslo',
        postalCode: '0155',
        country: 'Norway',
        eMail2Value: 'k@example.org',
      },
    ],
    [
      'WooCommerce',
      'customer_id,billing_first_name,billing_last_name,billing_email,billing_city,orders,total_spent\n12,Kari,Nordmann,kari@example.com,Oslo,3,120.50\n',
      {},
      { ...kari, city: 'Oslo', orders: 3, totalSpent: 120.5 },
    ],
    [
      'Wave',
      'customer_name,email,contact_first_name,contact_last_name,customer_currency,phone,city,\nExample AS,kari@example.com,Kari,Nordmann,NOK,,Oslo,\n',
      {},
      { ...kari, fullName: 'Example AS', customerCurrency: 'NOK', city: 'Oslo' },
    ],
    [
      'Shopify',
      'First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address City,Default Address Country Code,Default Address Zip,Total Spent,Tags\nKari,Nordmann,kari@example.com,yes,,Storgata 1,Oslo,NO,\'0155,0.00,"vip, b2b"\n',
      {},
      {
        ...kari,
        addressLine1: 'Storgata 1',
        city: 'Oslo',
        country: 'NO',
        acceptsEmailMarketing: 'yes',
        totalSpent: 0,
        tags: 'vip, b2b',
      },
    ],
    [
      'HubSpot',
      '"Record ID","First Name","Last Name","Email","Phone Number","Create Date","Lead Status","Lead Status"\n"51","Kari","Nordmann","kari@example.com","","2020-12-31 10:00","New","New"\n',
      {},
      { ...kari, createDate: '2020-12-31T10:00:00.000Z', leadStatus: 'New', leadStatus2: 'New' },
    ],
    [
      'Outlook',
      'Title,First Name,Last Name,Company,Business Phone,Home Phone,E-mail Address,E-mail Type,E-mail Display Name,Birthday\r\n,Kari,Nordmann,,,22 22 22 22,kari@example.com,SMTP,Kari Nordmann (kari@example.com),0/0/00\r\n',
      {},
      { ...kari, homePhone: '22 22 22 22', eMailType: 'SMTP', birthday: '0/0/00' },
    ],
    [
      'LinkedIn',
      'Notes:\n"When exporting your connection data, you may notice that some of the addresses are missing."\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\nKari,Nordmann,https://example.com/in/kari,kari@example.com,Example AS,CTO,26 Aug 2020\n',
      {},
      { ...kari, website: 'https://example.com/in/kari', position: 'CTO', connectedOn: '2020-08-26' },
    ],
    [
      'Dynamics',
      '(Do Not Modify) Contact,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Full Name,Email,Company Name\n0f0f-1,abc=,12/31/2020 10:00 AM,Kari Nordmann,kari@example.com,Example AS\n',
      {},
      {
        fullName: 'Kari Nordmann',
        email: 'kari@example.com',
        doNotModifyModifiedOn: '2020-12-31T10:00:00.000Z',
      },
    ],
    ['pandas', ',id,email,first_name,last_name\n0,7,kari@example.com,Kari,Nordmann\n', {}, kari],
    [
      'a header with a line break',
      '"id","First\nname",Last name,"E-mail\naddress"\n7,Kari,Nordmann,kari@example.com\n',
      {},
      kari,
    ],
    [
      'spaces after delimiters',
      '"id", "email", "first name", "last name"\n"7", "kari@example.com", "Kari", "Nordmann"\n',
      {},
      kari,
    ],
    [
      'German',
      'Kundennummer;Vorname;Nachname;E-Mail-Adresse;PLZ;Ort;Umsatz\n7;Kari;Nordmann;kari@example.com;01067;Dresden;1.234,56\n',
      {},
      { ...kari, postalCode: '01067', city: 'Dresden', umsatz: 1234.56 },
    ],
    [
      'French',
      'Prénom;Nom;Adresse e-mail;Code postal;Ville;Téléphone\nKari;Nordmann;kari@example.com;75001;Paris;0123456789\n',
      {},
      { ...kari, postalCode: '75001', city: 'Paris', phone: '0123456789' },
    ],
    [
      'Spanish',
      'Nombre,Apellidos,Correo electrónico,Código postal,Ciudad,País\nKari,Nordmann,kari@example.com,28001,Madrid,España\n',
      {},
      { ...kari, postalCode: '28001', city: 'Madrid', country: 'España' },
    ],
    [
      'Swedish',
      'Kundnummer;Förnamn;Efternamn;E-post;Postnummer;Ort\n7;Kari;Nordmann;kari@example.com;11122;Stockholm\n',
      {},
      { ...kari, postalCode: '11122', city: 'Stockholm' },
    ],
    [
      'names that say nothing, with one choice',
      'a,b,c\nKari,kari@example.com,1\n',
      { emailColumn: 'b' },
      { email: 'kari@example.com', a: 'Kari', c: 1 },
    ],
    [
      'a header row that is chosen',
      'Report of May\nid,stuff\n---,---\nid,b\n7,x\n',
      { headerLine: 4 },
      { b: 'x' },
    ],
  ])('%s', async (_, file, options, expected) => {
    for (const bytes of [file, gzipSync(file)]) {
      const { result, only, ports } = await after(bytes, options);
      expect(result).toMatchObject({ status: 'succeeded', reason: null });
      expect(ports.people.size).toBe(1);
      expect(only).toMatchObject(expected);
    }
  });

  it('takes a file of many columns, and leaves out those that a person names', async () => {
    const names = Array.from({ length: 400 }, (_, place) => `c${place}`);
    const { only } = await after(`id,${names.join()}\n1,${names.join()}\n`, { ignored: ['c3'] });
    expect(Object.keys(only ?? {})).toHaveLength(399);
    expect(only).not.toHaveProperty('c3');
  });

  it.each(['latin1', 'utf16le'] as const)(
    'reads %s, and a file of another encoding when told',
    async (encoding) => {
      const text = `${encoding === 'latin1' ? '' : '\uFEFF'}id,city\n1,Tromsø\n2,Bodø\n`;
      expect((await after(Buffer.from(text, encoding))).people).toEqual({
        1: { city: 'Tromsø' },
        2: { city: 'Bodø' },
      });
      const cyrillic = Buffer.from('id,city\n1,\xcc\xee\xf1\xea\xe2\xe0\n', 'latin1');
      expect((await after(cyrillic, { encoding: 'windows-1251' })).only).toEqual({ city: 'Москва' });
    },
  );

  it('refuses a workbook with one sentence', async () => {
    const file = Buffer.concat([Buffer.from('504b030414000600', 'hex'), Buffer.alloc(2_000)]);
    await expect(after(file)).rejects.toMatchObject({ code: 'workbook' });
  });
});

describe('columns and fields', () => {
  it('never fill one field from columns of different names, in one file or in several', async () => {
    const ports = new MemoryPorts();
    const long = 'A question with a very long text that many people were asked in the year';
    await importInto(ports, `id,客户,价格,Price €,${long} 2020\n1,a,b,c,d\n`);
    await importInto(ports, `id,价格,Price $,客户,${long} 2021,Price\n1,B,x,A,y,z\n`);
    await importInto(ports, `id,客户\u0020,Price €\n1,AA,cc\n`);
    const fields = ports.people.get('1')?.fields ?? {};
    const byName = Object.fromEntries(ports.definitions.map(({ key, column }) => [column, fields[key]]));
    expect(byName).toEqual({
      客户: 'AA',
      价格: 'B',
      'Price €': 'cc',
      'Price $': 'x',
      Price: 'z',
      [`${long} 2020`]: 'd',
      [`${long} 2021`]: 'y',
    });
    expect(new Set(ports.definitions.map(({ key }) => key)).size).toBe(7);
    // Composed and decomposed letters look the same and are the same.
    await importInto(ports, 'id,Fo\u0308r\n1,a\n');
    await importInto(ports, 'id,F\u00f6r\n1,b\n');
    expect(ports.definitions.filter(({ column }) => column === 'För')).toHaveLength(1);
  });

  it('keep the field of a column when its label is changed, and when two imports run at once', async () => {
    const ports = new MemoryPorts();
    await importInto(ports, 'id,Score\n1,5\n');
    for (const field of ports.definitions) field.label = 'Points';
    await importInto(ports, 'id,Score\n1,6\n');
    expect(ports.definitions).toHaveLength(1);
    await Promise.all([importInto(ports, 'id,价格\n1,a\n'), importInto(ports, 'id,客户\n1,b\n')]);
    const { fields } = ports.people.get('1') ?? { fields: {} };
    expect(Object.values(fields).sort()).toEqual([6, 'a', 'b']);
  });

  it('come to be when a row is accepted, not before', async () => {
    const ports = new MemoryPorts();
    const { status, columns } = await importInto(ports, 'id,secret name\n,x\n,y\n');
    expect([status, columns, ports.definitions]).toEqual(['failed', [], []]);
    const lines = [
      { id: '', 'Kari lives here': 1 },
      { id: 1, a: 1, 'kari@example.com': 1 },
      { id: 2, b: 1 },
    ];
    await importInto(ports, lines.map((line) => JSON.stringify(line)).join('\n'), { format: 'ndjson' });
    expect(ports.definitions.map(({ key }) => key)).toEqual(['b']);
    await expect(importInto(ports, 'kari@example.com\rola@example.com\r')).rejects.toMatchObject({
      code: 'no-header',
    });
  });
});

describe('values', () => {
  it('keep every digit of a number, as an id too', async () => {
    const { people, ports } = await after(
      '{"id":9007199254740993,"a":1e400,"b":0.1,"c":"12345678901234567890 \\" 1e5"}\n{"id":9007199254740992,"a":12345678901234567890}\n',
      { format: 'ndjson' },
    );
    expect(people).toEqual({
      '9007199254740993': { a: '1e400', b: 0.1, c: '12345678901234567890 " 1e5' },
      '9007199254740992': { a: '12345678901234567890' },
    });
    expect(ports.definitions.find(({ key }) => key === 'a')?.type).toBe('text');
  });

  it('are guessed only where they have one meaning', async () => {
    const { result } = await after(
      'id,country,lang,member,bid,covid,when,us,amount,thousands,share,price,mixed\n' +
        '1,NO,NO,yes,5,12,1/2/2020,12/31/2020,"1.234,5",1.234,12%,$5.00,1/2/2020\n' +
        '2,NO,NO,no,6,13,3/4/2020,1/2/2020,"5,5",5.678,3%,"$1,005.00",31.12.2020\n',
    );
    expect(types(result)).toEqual({
      id: 'text',
      country: 'text',
      lang: 'text',
      member: 'boolean',
      bid: 'number',
      covid: 'number',
      when: 'text',
      us: 'date',
      amount: 'number',
      thousands: 'text',
      share: 'number',
      price: 'number',
      mixed: 'date',
    });
  });

  it('are read as a person chooses, and keep the text that they were written as', async () => {
    const file = 'id,when,n\n1,1/2/2020,1.234\n2,31/12/2020,x\n';
    const { people, ports, result } = await after(file, {
      formats: { when: 'date-day-first', n: 'number-decimal-comma' },
    });
    expect(people).toEqual({ 1: { when: '2020-02-01', n: 1234 }, 2: { when: '2020-12-31' } });
    expect(ports.people.get('1')?.texts).toEqual({ when: '1/2/2020', n: '1.234' });
    expect(ports.people.get('2')?.texts).toEqual({ when: '31/12/2020', n: 'x' });
    expect(result.issues).toMatchObject([{ line: 3, kind: 'warning', code: 'value-left-out' }]);
    const again = await importInto(ports, file, {
      formats: { when: 'date-day-first', n: 'number-decimal-comma' },
    });
    expect(again.counts).toMatchObject({ unchanged: 2, updated: 0 });
  });

  it('make a guessed type text when one does not fit, and lose nothing, two imports at once included', async () => {
    const rows = Array.from({ length: 2_500 }, (_, id) => `${id},${id === 2_200 ? 'five' : `${id}.50`}`);
    const { ports, result, people } = await after(`id,score\n${rows.join('\n')}\n`);
    expect(result.counts).toMatchObject({ created: 2_500, warnings: 0 });
    expect([people[1], people[2_200]]).toEqual([{ score: '1.50' }, { score: 'five' }]);
    expect(ports.definitions[0]?.type).toBe('text');

    const both = new MemoryPorts();
    const numbers = Array.from({ length: 3_000 }, (_, id) => `a${id},${id}`);
    const works = await Promise.all(
      [`id,score\n${numbers.join('\n')}\n`, 'id,score\nb1,low\n'].map((file) =>
        ProfileImport.open(upload(file), defaults, both),
      ),
    );
    await Promise.all(works.map((work) => work.run(() => undefined)));
    expect(both.definitions).toMatchObject([{ key: 'score', type: 'text' }]);
    expect(both.people.get('b1')?.fields).toEqual({ score: 'low' });
    expect([...both.people.values()].every(({ fields }) => typeof fields['score'] === 'string')).toBe(true);
  });

  it('that are empty take a value away or keep it, and so do those that stand for nothing', async () => {
    const ports = new MemoryPorts();
    await importInto(ports, 'id,city,age\n1,Oslo,44\n');
    await importInto(ports, 'id,city,age\n1,,NULL\n', { blanks: 'keep', nullMarks: ['null', '-'] });
    expect(ports.people.get('1')?.fields).toEqual({ city: 'Oslo', age: 44 });
    await importInto(ports, 'id,city,age\n1,-,n/a\n', { nullMarks: ['N/A', '-'] });
    expect(ports.people.get('1')?.fields).toEqual({});
  });

  it('tell of one address under two ids', async () => {
    const { people, result } = await after('id,email\n1,a@example.com\n2,A@example.com\n3,\n4,\n');
    expect(Object.keys(people)).toHaveLength(4);
    expect(result.issues).toMatchObject([{ line: 3, kind: 'warning', code: 'email-shared' }]);
  });

  it('that are too long are left out of a row that is kept', async () => {
    const { people, result } = await after(`id,note,city\n1,${'x'.repeat(6_000)},Oslo\n`);
    expect(people).toEqual({ 1: { city: 'Oslo' } });
    expect(result.issues).toMatchObject([{ kind: 'warning', code: 'value-too-long' }]);
  });
});

describe('a preview', () => {
  it('says who exists and would change, and what a person has to choose', async () => {
    const ports = new MemoryPorts();
    await importInto(ports, 'id,city\n1,Oslo\n2,Bergen\n');
    const file = 'id;city;when;skip\n1;Oslo;1/2/2020;\n2;Voss;3/4/2020;\n3;Bodø;5/6/2020;x\n';
    const preview = await previewImport(upload(file), { format: 'csv', ignored: ['skip'] }, ports);
    expect(preview).toMatchObject({
      encoding: 'utf-8',
      delimiter: ';',
      headerLine: 1,
      idColumn: 'id',
      emailColumn: null,
      people: { rows: 3, known: 2, changed: 2 },
      newFields: ['when'],
    });
    expect(preview.columns.map(({ formats, ignored }) => [formats, ignored])).toEqual([
      [['text', 'number', 'number-decimal-comma'], false],
      [['text'], false],
      [['text', 'date-day-first', 'date-month-first'], false],
      [['text'], true],
    ]);
    expect(ports.people.size).toBe(2);
  });

  it('shows the columns of a file that names nobody, which an import refuses', async () => {
    const file = 'first,last\nKari,Nordmann\n';
    const preview = await previewImport(upload(file), { format: 'csv' }, new MemoryPorts());
    expect(preview).toMatchObject({ idColumn: null, emailColumn: null, rows: [] });
    expect(preview.columns).toHaveLength(2);
    expect(preview.issues).toMatchObject([{ code: 'missing-id' }]);
    await expect(after(file)).rejects.toMatchObject({ code: 'no-identity' });
  });
});
