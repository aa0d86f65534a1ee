import { checkValues, splitSecrets, withDefaults, type FieldSpecs } from './index';

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
    [{ list: 'x'.repeat(1001) }, 'list', 'List must have at most 1000 characters.'],
    [{ constructor: 'x' }, 'constructor', 'There is no such field.'],
  ])('should find what is wrong with %j', (change, path, message) => {
    expect(checkValues(specs, { ...good, ...change }).problems).toEqual([{ path, message }]);
  });

  it('should match patterns with the whole value, alternatives too', () => {
    expect(checkValues(specs, { ...good, url: 'xx' }).problems).toHaveLength(1);
    expect(checkValues(specs, { ...good, url: 'x' }).problems).toEqual([]);
  });

  it.each([[undefined], [''], ['  '], [null]])('should keep a stored secret when %j is entered', (key) => {
    expect(checkValues(specs, { url: 'https://a', key }, { key: 'kept' }).values['key']).toBe('kept');
    expect(checkValues(specs, { url: 'https://a', key }).problems).toEqual([
      { path: 'key', message: 'Key is needed.' },
    ]);
  });

  it('should not keep other fields than secrets', () => {
    expect(checkValues(specs, good, { depth: 3, url: 'x' }).values).not.toHaveProperty('depth');
  });

  it.each([[null], ['text'], [[1]]])('should not take %j for fields', (input) => {
    expect(checkValues(specs, input).problems).toEqual([
      { path: '', message: 'Must be an object of fields.' },
    ]);
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
