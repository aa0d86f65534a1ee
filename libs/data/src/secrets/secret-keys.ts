/** A key of the ring. `kid` is stored with everything that it encrypts. */
export interface SecretKey {
  kid: string;
  /** 32 bytes. */
  key: Buffer;
}

/** SECRET_KEYS cannot be used; the message is a sentence without any key in it. */
export class InvalidSecretKeysError extends Error {
  override readonly name = 'InvalidSecretKeysError';
}

const kidPattern = /^[\w-]{1,40}$/;

/**
 * Reads SECRET_KEYS: `kid:base64-of-32-bytes`, separated by commas. The first key encrypts, all decrypt, so a key is
 * rotated by putting a new one in front and dropping the old one when nothing is sealed with it any more.
 * @throws InvalidSecretKeysError
 */
export function parseSecretKeys(text: string): SecretKey[] {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseSecretKey);
  if (keys.length === 0) throw new InvalidSecretKeysError('SECRET_KEYS holds no key.');
  const kids = keys.map(({ kid }) => kid);
  const twice = kids.find((kid, index) => kids.indexOf(kid) !== index);
  if (twice !== undefined)
    throw new InvalidSecretKeysError(`SECRET_KEYS holds two keys with the id ${twice}.`);
  return keys;
}

function parseSecretKey(part: string, index: number): SecretKey {
  const colon = part.indexOf(':');
  const kid = part.slice(0, colon);
  const key = Buffer.from(part.slice(colon + 1), 'base64');
  if (colon === -1 || !kidPattern.test(kid))
    throw new InvalidSecretKeysError(
      `Key ${index + 1} of SECRET_KEYS must look like kid:base64, with an id of letters, digits, - and _.`,
    );
  if (key.length !== 32)
    throw new InvalidSecretKeysError(`Key ${index + 1} of SECRET_KEYS must hold 32 bytes in base64.`);
  return { kid, key };
}
