import type { ProfileDto, ProfileFieldListDto, ProfileListDto } from '../profiles/profile.dto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { startTestApi, type TestApi, testPassword } from '../testing/test-api';
import type { ImportDto, ImportListDto, ImportPreviewDto } from './import.dto';

const usFile = join(__dirname, '../../../../tools/seed/data/us-500.csv');

interface Problem {
  code: string;
  detail: string;
  reason?: string;
}

describe('imports', () => {
  let api: TestApi;
  let us: Buffer;

  beforeAll(async () => {
    api = await startTestApi({ importMaxBytes: 50_000_000 });
    us = await readFile(usFile);
  });

  afterAll(() => api.close());

  beforeEach(async () => {
    for (const name of ['profiles', 'profilesearch', 'profilefields', 'imports']) {
      await api.database.collection(name).deleteMany({});
    }
  });

  async function send<Body = ImportDto>(
    body: RequestInit['body'],
    { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Body }> {
    const response = await api.contributor.fetch(`profiles/imports${query}`, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'text/csv', ...headers },
      duplex: 'half',
    } as RequestInit);
    return { status: response.status, body: (await response.json()) as Body };
  }

  const counts = (read: number, rest: Partial<ImportDto['counts']>): ImportDto['counts'] => ({
    read,
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    warnings: 0,
    ...rest,
  });

  async function profile(id: string): Promise<ProfileDto> {
    return (await api.viewer.get<ProfileDto>(`profiles/${encodeURIComponent(id)}`)).body;
  }

  async function until<Value>(read: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
    for (const deadline = Date.now() + 20_000; ; await delay(50)) {
      const value = await read();
      if (holds(value)) return value;
      if (Date.now() > deadline) throw new Error(`Never came true; last: ${JSON.stringify(value)}`);
    }
  }

  it('takes a real-looking file whole, and knows what its columns mean', async () => {
    const { status, body } = await send(us, { query: '?name=us-500.csv' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'succeeded', source: 'us-500.csv', idColumn: null, reason: null });
    expect(body.counts).toEqual(counts(500, { created: 500 }));
    expect(body.startedBy?.name).toBe('Test contributor');
    expect(
      body.columns.map(({ column, field, semanticType, type }) => [column, field, semanticType, type]),
    ).toEqual([
      ['First Name', 'firstName', 'Person.FirstName', 'text'],
      ['Last Name', 'lastName', 'Person.LastName', 'text'],
      ['Company Name', 'company', 'Organization.Name', 'text'],
      ['Address', 'addressLine1', 'Location.AddressLine1', 'text'],
      ['City', 'city', 'Location.City', 'text'],
      ['County', 'county', 'Custom', 'text'],
      ['Statie', 'state', 'Location.State', 'text'],
      ['Zip', 'postalCode', 'Location.PostalCode', 'text'],
      ['Phone 1', 'phone', 'Identity.Service.Phone', 'text'],
      ['Phone 2', 'phone2', 'Identity.Service.Phone', 'text'],
      ['Email', 'email', 'Identity.Service.Email', 'text'],
      ['Website', 'website', 'Website', 'text'],
    ]);

    const { body: found } = await api.viewer.get<ProfileListDto>('profiles?search=jbutt@');
    expect(found.total).toBe(1);
    expect(found.items[0]?.fields).toMatchObject({
      firstName: 'James',
      company: 'Benton, John B Jr',
      state: 'LA',
      postalCode: '70116',
    });

    const fields = await until(
      async () => (await api.viewer.get<ProfileFieldListDto>('profiles/fields')).body.items,
      (items) => items.some(({ filled }) => filled === 500),
    );
    expect(fields.map(({ key, label }) => [key, label]).slice(5, 8)).toEqual([
      ['county', 'County'],
      ['state', 'State'],
      ['postalCode', 'Postal code'],
    ]);
  });

  it('changes nothing when the same file comes again, and only what differs when another comes', async () => {
    await send(us);
    const again = await send(us);
    expect(again.body.counts).toEqual(counts(500, { unchanged: 500 }));

    const before = (await api.viewer.get<ProfileListDto>('profiles?search=jbutt@gmail.com')).body.items[0];
    const part = 'email,City,Age\nJBUTT@gmail.com,,44\nnew@example.com,Oslo,3\n';
    const { body } = await send(part);
    expect(body.counts).toEqual(counts(2, { created: 1, updated: 1 }));
    const after = await profile(before?.id ?? '');
    const { city: _, ...kept } = before?.fields ?? {};
    expect(after.fields).toEqual({ ...kept, email: 'JBUTT@gmail.com', age: 44 });
  });

  it('keeps right rows and tells of wrong ones by line', async () => {
    const lines = [
      'Customer ID;Navn;E-post;Postnr;Født', // 1
      '1;Åse Berg;ase@example.no;0150;17.5.1980',
      '2;"Ole ""Olle"" Olsen;AS";ole@example.no;1461;', // 3
      '3;Kari;kari@example.no', // 4: too few
      '', // 5
      ';Per;per@example.no;0001;', // 6: no id
      '1;Åse igjen;ase2@example.no;0150;', // 7: twice
      '5;"Uten slutt;x@example.no;0150;', // 8: never closed
      '6;Nils;nils(at)example.no;0150;', // 9: kept, with a warning
      '7;"Over', // 10: one row of two lines
      'to linjer";to@example.no;0150;1.1.1990',
      `${'x'.repeat(200)};For lang;l@example.no;0150;`, // 12
      '8;a"b;mark@example.no;0150;', // 13: a mark that means nothing
      '9;Siv;siv@example.no;0150;i går', // 14: not a date
      `10;${'y'.repeat(6_000)};y@example.no;0150;`, // 15
      '11;Siste;siste@example.no;9990;1.2.2000', // 16, without a line end
    ];
    const { status, body } = await send(`\uFEFF${lines.join('\r\n')}`);
    expect(status).toBe(201);
    expect(body.status).toBe('partial');
    expect(body.idColumn).toBe('Customer ID');
    expect(body.issues.map(({ line, kind, code }) => [line, kind, code])).toEqual([
      [4, 'warning', 'short-row'],
      [6, 'rejected', 'missing-id'],
      [7, 'rejected', 'duplicate-id'],
      [8, 'rejected', 'unclosed-quote'],
      [9, 'warning', 'email-invalid'],
      [12, 'rejected', 'id-too-long'],
      [15, 'warning', 'value-too-long'],
    ]);
    expect(body.counts).toEqual(counts(13, { created: 9, rejected: 4, warnings: 3 }));
    expect((await profile('1')).fields).toEqual({
      fullName: 'Åse Berg',
      email: 'ase@example.no',
      postalCode: '0150',
      fodt: '17.5.1980',
    });
    expect((await profile('2')).fields['fullName']).toBe('Ole "Olle" Olsen;AS');
    expect((await profile('7')).fields['fullName']).toBe('Over\nto linjer');
    expect((await profile('8')).fields['fullName']).toBe('a"b');
    expect((await profile('11')).fields['postalCode']).toBe('9990');
    const { body: listed } = await api.viewer.get<ImportListDto>('profiles/imports');
    expect(listed.items[0]?.counts).toEqual(body.counts);
    expect(listed.items[0]).not.toHaveProperty('issues');
  });

  it('guesses types only where that is safe, and leaves out what does not fit later', async () => {
    const { body } = await send(
      'id,age,joined,active,zip,member no,note,empty\n' +
        '1,44,2020-01-31,yes,00123,12,5,\n2,-1.5,31.1.2021,no,99999,13,five,\n',
    );
    expect(Object.fromEntries(body.columns.map(({ column, type }) => [column, type]))).toEqual({
      id: 'text',
      age: 'number',
      joined: 'date',
      active: 'boolean',
      zip: 'text',
      'member no': 'text',
      note: 'text',
      empty: 'text',
    });
    expect((await profile('2')).fields).toEqual({
      age: -1.5,
      joined: '2021-01-31',
      active: false,
      postalCode: '99999',
      memberNo: '13',
      note: 'five',
    });
    const later = await send('id,age\n1,n/a\n3,7\n');
    expect(later.body.issues).toEqual([
      expect.objectContaining({ line: 2, kind: 'warning', code: 'value-left-out' }),
    ]);
    expect(later.body.counts).toEqual(counts(2, { created: 1, updated: 1, warnings: 1 }));
    expect((await profile('1')).fields['age']).toBe(44);
  });

  it('takes newline-delimited JSON with members that come and go', async () => {
    const lines = [
      { id: 1, email: 'a@example.com', age: 3, tags: ['x'] },
      { id: 'two', email: null, vip: true },
      [1],
      { email: 'no-id@example.com' },
    ];
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"id": "broken"\n`;
    const { body } = await send(text, { headers: { 'Content-Type': 'application/x-ndjson' } });
    expect(body.format).toBe('ndjson');
    expect(body.issues.map(({ line, code }) => [line, code])).toEqual([
      [1, 'value-left-out'],
      [3, 'not-an-object'],
      [4, 'missing-id'],
      [5, 'not-an-object'],
    ]);
    expect((await profile('1')).fields).toEqual({ email: 'a@example.com', age: 3 });
    expect((await profile('two')).fields).toEqual({ vip: true });
    // What a line does not name stays; what it names as null goes.
    const second = await send('{"id":"1","age":null}\n', { query: '?format=ndjson' });
    expect(second.body.counts).toEqual(counts(1, { updated: 1 }));
    expect((await profile('1')).fields).toEqual({ email: 'a@example.com' });
  });

  it.each([
    ['as a compressed transfer', { 'Content-Encoding': 'gzip' }],
    ['as a compressed file', { 'Content-Type': 'application/gzip' }],
  ])('takes gzip %s', async (_, headers) => {
    const { body } = await send(gzipSync(us), { headers });
    expect(body.counts.created).toBe(500);
  });

  it.each([
    ['nothing', '', 'empty'],
    ['a header alone', 'id,email\n', null],
    ['a workbook', Buffer.from('504b030414000600080000002100', 'hex'), 'workbook'],
    ['columns that tell nobody apart', 'first,last\nA,B\n', 'no-identity'],
    ['a person for a header', 'a@example.com,A\nb@example.com,B\n', 'no-header'],
    ['a name that cannot be shown', 'id,a\u0007\n1,2\n', 'column-invalid'],
    ['an open quote in the header', 'id,"a\n1,2\n', 'header-broken'],
    [
      'too many columns',
      `id,${Array.from({ length: 1_000 }, (_, n) => `c${n}`).join()}\n`,
      'too-many-columns',
    ],
    ['an endless first line', 'x'.repeat(300_000), 'header-too-long'],
    ['broken gzip', Buffer.concat([gzipSync('id\n1\n').subarray(0, 12), Buffer.alloc(60, 7)]), 'gzip-broken'],
  ])('refuses %s with a sentence', async (_, file, reason) => {
    const { status, body } = await send<Problem & ImportDto>(file);
    if (reason === null) {
      expect(body).toMatchObject({ status: 'failed', reason: { code: 'no-rows' } });
      return;
    }
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'validation-failed', reason });
    expect(body.detail).toMatch(/\.$/);
    expect((await api.viewer.get<ImportListDto>('profiles/imports')).body.total).toBe(0);
  });

  it('refuses what is not a file, and who may not import', async () => {
    const json = await api.contributor.post<Problem>('profiles/imports', { id: 1 });
    expect([json.status, json.body.code]).toEqual([415, 'unsupported-media-type']);
    const brotli = await send<Problem>('id\n1\n', { headers: { 'Content-Encoding': 'br' } });
    expect(brotli.status).toBe(415);
    const viewer = await api.viewer.fetch('profiles/imports', { method: 'POST', body: 'id\n1\n' });
    expect(viewer.status).toBe(403);
  });

  it('answers a refused upload that is still being sent', async () => {
    const big = Buffer.concat([Buffer.from('first,last\n'), Buffer.alloc(20_000_000, 'A,B\n')]);
    const { status, body } = await send<Problem>(big);
    expect([status, body.reason]).toEqual([400, 'no-identity']);
  });

  it('stops a small file that unpacks to more than a file may be', async () => {
    const row = `${'x'.repeat(4_000)},`;
    const bomb = gzipSync(
      `id,note\n${Array.from({ length: 20_000 }, (_, id) => `${id},${row.slice(1, -1)}`).join('\n')}`,
    );
    expect(bomb.length).toBeLessThan(500_000);
    const { body } = await send(bomb);
    expect(body).toMatchObject({ status: 'failed', reason: { code: 'too-large' } });
    expect(body.counts.created).toBeGreaterThan(1_000);
    expect(await api.database.collection('profiles').countDocuments()).toBe(body.counts.created);
  });

  it('rejects lines beyond any size without keeping them, and bytes that are no text', async () => {
    const long = `2,${'x'.repeat(5_000_000)}\n`;
    const latin = Buffer.from('4,Troms\u00f8\n', 'latin1');
    const { body } = await send(
      Buffer.concat([Buffer.from(`id,city\n1,Oslo\n${long}3,Bergen\n`), latin, Buffer.from('5,Bod\u00f8\n')]),
    );
    expect(body.issues.map(({ line, code }) => [line, code])).toEqual([
      [3, 'row-too-long'],
      [5, 'not-utf-8'],
    ]);
    expect(body.counts).toEqual(counts(5, { created: 3, rejected: 2 }));
  });

  it('loses one line, not the file, to a quotation mark that is never closed', async () => {
    const rows = Array.from({ length: 3_000 }, (_, id) => `${id},"Name, ${id}"`);
    rows[1_500] = '1500,"Never closed';
    const { body } = await send(`id,name\n${rows.join('\n')}\n`);
    expect(body.counts).toEqual(counts(3_000, { created: 2_999, rejected: 1 }));
    expect(body.issues[0]).toMatchObject({ line: 1_502, code: 'unclosed-quote' });
  });

  it('makes no people of text inside a value, as it is, packed, or in a preview', async () => {
    await send('id,email,note\nvic42,victim@example.com,The real one\n');
    const text = `Hello${'\r\nvic42,evil@evil.example,Hacked'.repeat(120)}\r\n`;
    const file = [
      'id,email,note',
      `1,a@example.com,"${text}",one too many`,
      `2,b@example.com,"${'x'.repeat(300_000)}${text}"`,
      `3,c@example.com,"${text}"`,
      `4,d@example.com,"never closed`,
      'vic42,evil@evil.example,Hacked',
    ].join('\r\n');
    for (const [body, headers] of [
      [file, {}],
      [gzipSync(file), { 'Content-Encoding': 'gzip' }],
    ] as const) {
      const found = await send(body, { headers });
      expect(found.body.issues.map(({ line, code }) => [line, code])).toEqual([
        [2, 'wrong-column-count'],
        [124, 'row-too-long'],
        [368, 'unclosed-quote'],
      ]);
      expect(found.body.counts.rejected).toBe(3);
      expect(await api.database.collection('profiles').countDocuments()).toBe(2);
    }
    expect((await profile('vic42')).fields).toEqual({ email: 'victim@example.com', note: 'The real one' });
    expect((await profile('3')).fields['note']).toBe(text.trim().replaceAll('\r\n', '\n'));

    const response = await api.contributor.fetch('profiles/imports/preview', { method: 'POST', body: file });
    const preview = (await response.json()) as ImportPreviewDto;
    expect(preview.rows.map(({ id }) => id)).toEqual(['3']);
  });

  it('lets two imports of the same people run at once', async () => {
    const file = (city: string, extra: string) =>
      `id,city,${extra}\n${Array.from({ length: 4_000 }, (_, id) => `${id},${city},${extra}${id}`).join('\n')}\n`;
    const [a, b] = await Promise.all([send(file('Oslo', 'a')), send(file('Oslo', 'b'))]);
    expect(a.body.counts.created + b.body.counts.created).toBe(4_000);
    expect(a.body.counts.updated + b.body.counts.updated).toBe(4_000);
    expect((await profile('3999')).fields).toEqual({ city: 'Oslo', a: 'a3999', b: 'b3999' });
    expect(await api.database.collection('profilesearch').countDocuments()).toBe(4_000);
  });

  it('says what it would make of a file, and writes nothing', async () => {
    const { status, body } = await (async () => {
      const response = await api.contributor.fetch('profiles/imports/preview', {
        method: 'POST',
        body: us.subarray(0, 10_000),
        headers: { 'Content-Type': 'text/csv' },
      });
      return { status: response.status, body: (await response.json()) as ImportPreviewDto };
    })();
    expect(status).toBe(200);
    expect(body).toMatchObject({ delimiter: ',', idColumn: null, issues: [] });
    expect(body.newFields).toContain('county');
    expect(body.rows).toHaveLength(20);
    expect(await api.database.collection('profiles').countDocuments()).toBe(0);
    expect(await api.database.collection('profilefields').countDocuments()).toBe(0);
  });

  it('marks an import whose sender goes away, and keeps what came', async () => {
    const token = await signIn();
    const sender = httpRequest(`${api.url}/api/v1/profiles/imports`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv', Authorization: `Bearer ${token}` },
    });
    sender.on('error', () => undefined);
    sender.write(`id,city\n${Array.from({ length: 5_500 }, (_, id) => `${id},Oslo`).join('\n')}\n5500,Cut o`);
    const running = await until(
      async () => (await api.viewer.get<ImportListDto>('profiles/imports')).body.items[0],
      (item) => (item?.counts.created ?? 0) >= 5_000,
    );
    expect(running?.status).toBe('running');
    sender.destroy();
    const ended = await until(
      async () => (await api.viewer.get<ImportListDto>('profiles/imports')).body.items[0],
      (item) => item?.status !== 'running',
    );
    expect(ended).toMatchObject({ status: 'interrupted', reason: { code: 'sender-gone' } });
    expect(ended?.counts).toEqual(counts(5_500, { created: 5_500 }));
    expect(ended?.finishedAt).not.toBeNull();
  });

  it('marks imports whose process is gone', async () => {
    const { body } = await send('id\n1\n');
    const silent = { status: 'running', updatedAt: new Date(Date.now() - 60_000), finishedAt: null };
    await api.database.collection('imports').updateOne({}, { $set: silent });
    const { body: marked } = await until(
      () => api.viewer.get<ImportDto>(`profiles/imports/${body.id}`),
      (answer) => answer.body.status !== 'running',
    );
    expect(marked).toMatchObject({ status: 'interrupted', reason: { code: 'server-stopped' } });
  });

  it('reads 100,000 rows in bounded memory, no faster than they can be written', async () => {
    function* parts(): Generator<Buffer> {
      yield Buffer.from('id,First name,Last name,E-mail,City,Zip,Note\n');
      for (let start = 0; start < 100_000; start += 500) {
        const rows = Array.from({ length: 500 }, (_, offset) => {
          const id = start + offset;
          return `c-${id},Kari,"Nordmann, ${id}",kari${id}@example.com,Tromsø,${String(id % 10_000).padStart(4, '0')},${'n'.repeat(100)}`;
        });
        yield Buffer.from(`${rows.join('\n')}\n`);
      }
    }
    global.gc?.();
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    const source = parts();
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { value, done } = source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    const { body } = await send(stream as unknown as RequestInit['body']);
    clearInterval(timer);
    expect(body.counts).toEqual(counts(100_000, { created: 100_000 }));
    // The file is 17 MB, its rows as objects some 80 MB: neither is ever there as a whole (the sender lives here too).
    expect((peak - before) / 1e6).toBeLessThan(150);
  });

  async function signIn(): Promise<string> {
    const { body } = await api.nobody.post<{ accessToken: string }>('auth/login', {
      email: 'contributor@example.com',
      password: testPassword,
    });
    return body.accessToken;
  }
});
