import { changeValues, checkValues, splitSecrets, withDefaults, type FieldSpecs } from './index';

const specs = {
  url: {
    type: 'text',
    label: 'Address',
    required: true,
    pattern: { source: 'https://\\S+|x', message: 'No.' },
  },
  key: { type: 'secret', label: 'Key', required: true, maxLength: 5 },
  depth: { type: 'number', label: 'Depth', min: 1, max: 9 },
  quick: { type: 'boolean', label: 'Quick', default: true },
  region: { type: 'select', label: 'Region', options: [{ value: 'eu', label: 'EU' }], default: 'eu' },
  list: { type: 'target', label: 'List' },
} as const satisfies FieldSpecs;

const good = { url: 'https://a', key: '12345' };

describe('checkValues', () => {
  it('should trim, and fill defaults in', () => {
    expect(checkValues(specs, { ...good, url: ' https://a ' })).toEqual({
      values: { ...good, quick: true, region: 'eu' },
      problems: [],
    });
  });

  it.each([
    [{ url: 'http://a' }, 'url', 'No.'],
    [{ url: 'https://a b' }, 'url', 'No.'],
    [{ url: '   ' }, 'url', 'Address is needed.'],
    [{ url: null }, 'url', 'Address is needed.'],
    [{ url: 7 }, 'url', 'Address must be text.'],
    [{ key: '123456' }, 'key', 'Key must have at most 5 characters.'],
    [{ depth: 0 }, 'depth', 'Depth must be at least 1.'],
    [{ depth: 10 }, 'depth', 'Depth must be at most 9.'],
    [{ depth: '3' }, 'depth', 'Depth must be a number.'],
    [{ depth: NaN }, 'depth', 'Depth must be a number.'],
    [{ quick: 'yes' }, 'quick', 'Quick must be true or false.'],
    [{ region: 'mars' }, 'region', 'Region must be one of: eu.'],
    [{ list: '..' }, 'list', 'List must be chosen from the list.'],
    [{ list: 'x'.repeat(1001) }, 'list', 'List must have at most 1000 characters.'],
    [{ constructor: 'x' }, 'constructor', 'There is no such field.'],
  ])('should find what is wrong with %j', (change, path, message) => {
    expect(checkValues(specs, { ...good, ...change }).problems).toEqual([{ path, message }]);
  });

  it('should match patterns with the whole value, alternatives too', () => {
    expect(checkValues(specs, { ...good, url: 'xx' }).problems).toHaveLength(1);
    expect(checkValues(specs, { ...good, url: 'x' }).problems).toEqual([]);
  });

  it.each([[null], ['text'], [[1]]])('should not take %j for fields', (input) => {
    expect(checkValues(specs, input).problems).toEqual([
      { path: '', message: 'Must be an object of fields.' },
    ]);
  });
});

describe('changeValues', () => {
  const account = {
    host: { type: 'text', address: true, label: 'Host', required: true },
    port: { type: 'number', address: true, label: 'Port', default: 443 },
    region: {
      type: 'select',
      address: true,
      label: 'Region',
      options: [
        { value: 'eu', label: 'EU' },
        { value: 'us', label: 'US' },
      ],
      default: 'eu',
    },
    note: { type: 'text', address: false, label: 'Note' },
    key: { type: 'secret', label: 'Key', required: true },
    more: { type: 'secret', label: 'More headers' },
  } as const satisfies FieldSpecs;
  const stored = { host: 'api.example.com', note: 'a', key: 'kept', more: 'X: y' };
  const moved = (...paths: string[]) =>
    paths.map((path) => ({ path, message: expect.stringContaining('must be entered again') }));

  it.each([[undefined], [''], ['  ']])('should keep a stored secret when %j is entered', (key) => {
    expect(changeValues(account, { values: stored }, { note: 'b', key })).toEqual({
      values: { ...stored, note: 'b', port: 443, region: 'eu' },
      problems: [],
    });
  });

  it('should clear what is null, and nothing that is needed', () => {
    const cleared = changeValues(account, { values: stored }, { note: null, more: null });
    expect(cleared.values).toEqual({ host: 'api.example.com', port: 443, region: 'eu', key: 'kept' });
    expect(changeValues(account, { values: stored }, { key: null }).problems).toEqual([
      { path: 'key', message: 'Key is needed.' },
    ]);
  });

  it.each([
    { host: 'evil.example.com' },
    { host: 'API.example.com' },
    { host: 'api.example.com.' },
    { host: 'api.example.com:8443' },
    { host: 'api.example.com/other' },
    { host: 'https://api.example.com' },
    { host: '127.0.0.1' },
    { port: 8443 },
    { region: 'us' },
    { host: 'evil.example.com', key: ' ', more: '' },
  ])('should ask for every secret again when an address becomes %j', (change) => {
    const { values, problems } = changeValues(account, { values: stored }, change);
    expect(problems).toEqual(moved('key', 'more'));
    expect(Object.values(values)).not.toContain('kept');
    expect(Object.values(values)).not.toContain('X: y');
  });

  it('should take an address together with its secrets, entered or cleared', () => {
    const { values, problems } = changeValues(
      account,
      { values: stored },
      {
        host: 'new.example.com',
        key: 'k',
        more: null,
      },
    );
    expect(problems).toEqual([]);
    expect(values).toEqual({ host: 'new.example.com', note: 'a', key: 'k', port: 443, region: 'eu' });
    expect(changeValues(account, { values: stored }, { host: 'new.example.com', key: 'k' }).problems).toEqual(
      moved('more'),
    );
  });

  it('should not ask when an address is entered as it was', () => {
    const same = { host: ' api.example.com ', port: 443, region: 'eu', note: 'b' };
    expect(changeValues(account, { values: stored }, same)).toMatchObject({
      values: { key: 'kept' },
      problems: [],
    });
  });

  it('should take a secret that is itself an address for one', () => {
    const hook = {
      url: { type: 'secret', address: true, label: 'Secret address', required: true },
      token: { type: 'secret', label: 'Token', required: true },
    } as const satisfies FieldSpecs;
    const before = { url: 'https://a.example.com/s3cr3t', token: 't' };
    expect(changeValues(hook, { values: before }, { url: 'https://b.example.com' }).problems).toEqual(
      moved('token'),
    );
    expect(changeValues(hook, { values: before }, {}).problems).toEqual([]);
  });

  it.each([['user@evil.example.com'], ['https://user:pass@evil.example.com'], ['//:p@evil.example.com']])(
    'should not take the user in %s',
    (host) => {
      expect(changeValues(account, { values: stored }, { host, key: 'k', more: 'X: z' }).problems).toEqual([
        { path: 'host', message: 'Host must not hold a user name or a password.' },
      ]);
    },
  );

  it('should ask again for secrets that cannot be decrypted, and only for these', () => {
    const lost = { values: { host: 'api.example.com', key: 'kept' }, unreadable: ['more'] };
    expect(changeValues(account, lost, { note: 'b' })).toMatchObject({
      values: { key: 'kept', note: 'b' },
      problems: [{ path: 'more', message: expect.stringContaining('cannot be decrypted') }],
    });
    expect(changeValues(account, lost, { more: 'X: z' })).toMatchObject({
      values: { key: 'kept', more: 'X: z' },
      problems: [],
    });
    expect(changeValues(account, lost, { more: null }).problems).toEqual([]);
  });

  it('should forget fields that the destination no longer has', () => {
    expect(changeValues(account, { values: { ...stored, gone: 1 } }, { note: 'b' })).toMatchObject({
      problems: [],
    });
  });
});

describe('splitSecrets', () => {
  it('should divide what must be encrypted from what may be stored in the open', () => {
    expect(splitSecrets(specs, good)).toEqual({ open: { url: 'https://a' }, secrets: { key: '12345' } });
  });
});

describe('withDefaults', () => {
  it('should fill in the defaults of fields that a plugin got later, and change nothing else', () => {
    expect(withDefaults(specs, { url: 'x', quick: false })).toEqual({ url: 'x', quick: false, region: 'eu' });
  });
});
