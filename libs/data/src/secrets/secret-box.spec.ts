import { randomBytes } from 'node:crypto';
import { SecretBox, UnreadableSecretError } from './secret-box';
import { InvalidSecretKeysError, parseSecretKeys } from './secret-keys';

const encoded = (): string => randomBytes(32).toString('base64');

describe('secret box', () => {
  const old = { kid: 'old', key: randomBytes(32) };
  const box = new SecretBox([old]);

  it('opens what it sealed, and holds nothing readable', () => {
    const sealed = box.seal('SG.key.værdi', 'a:apiKey');
    expect(box.open(sealed, 'a:apiKey')).toBe('SG.key.værdi');
    expect(JSON.stringify(sealed)).not.toContain('SG.key');
    expect(box.seal('SG.key.værdi', 'a:apiKey').data).not.toBe(sealed.data);
  });

  it('does not open a box that was moved to another document or field', () => {
    const sealed = box.seal('secret', 'a:apiKey');
    expect(() => box.open(sealed, 'b:apiKey')).toThrow(UnreadableSecretError);
    expect(() => box.open(sealed, 'a:password')).toThrow(UnreadableSecretError);
  });

  it.each(['data', 'tag', 'iv'] as const)('does not open a box whose %s was changed', (part) => {
    const sealed = box.seal('secret', 'a:apiKey');
    const bytes = Buffer.from(sealed[part], 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    expect(() => box.open({ ...sealed, [part]: bytes.toString('base64') }, 'a:apiKey')).toThrow(
      UnreadableSecretError,
    );
  });

  it('does not accept a shortened tag', () => {
    const sealed = box.seal('secret', 'a:apiKey');
    const short = Buffer.from(sealed.tag, 'base64').subarray(0, 4).toString('base64');
    expect(() => box.open({ ...sealed, tag: short }, 'a:apiKey')).toThrow(UnreadableSecretError);
  });

  it('seals with the first key of the ring and opens with all', () => {
    const sealed = box.seal('secret', 'a:apiKey');
    const rotated = new SecretBox([{ kid: 'new', key: randomBytes(32) }, old]);
    expect(rotated.open(sealed, 'a:apiKey')).toBe('secret');
    expect(rotated.seal('secret', 'a:apiKey').kid).toBe('new');
    expect(() => new SecretBox([{ kid: 'new', key: randomBytes(32) }]).open(sealed, 'a:apiKey')).toThrow(
      'encrypted with the key old',
    );
  });
});

describe('SECRET_KEYS', () => {
  it('is a list of keys with ids', () => {
    const keys = parseSecretKeys(`2026-b:${encoded()}, 2026-a:${encoded()}`);
    expect(keys.map(({ kid }) => kid)).toEqual(['2026-b', '2026-a']);
  });

  it.each([
    ['nothing', ' , ', 'holds no key'],
    ['a key without id', encoded(), 'must look like kid:base64'],
    ['a short key', 'a:c2hvcnQ=', 'must hold 32 bytes'],
    ['one id twice', `a:${encoded()},a:${encoded()}`, 'two keys with the id a'],
  ])('is refused when it holds %s', (_, text, message) => {
    expect(() => parseSecretKeys(text)).toThrow(InvalidSecretKeysError);
    expect(() => parseSecretKeys(text)).toThrow(message);
  });
});
