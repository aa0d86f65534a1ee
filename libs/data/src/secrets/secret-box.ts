import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKey } from './secret-keys';

/** A secret at rest: AES-256-GCM, everything in base64. */
export interface SealedSecret {
  v: 1;
  /** Which key sealed it. */
  kid: string;
  iv: string;
  tag: string;
  data: string;
}

/** A secret that cannot be read: its key is gone, or it was changed or moved in the database. */
export class UnreadableSecretError extends Error {
  override readonly name = 'UnreadableSecretError';
}

const algorithm = 'aes-256-gcm';

/** Seals secrets and opens them. Each is bound to its place, so a box copied to another document does not open. */
export class SecretBox {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: SecretKey;

  /** @param keys The first one seals, all open. */
  constructor(keys: readonly SecretKey[]) {
    const [first] = keys;
    if (!first) throw new Error('A secret box needs a key.');
    this.current = first;
    this.keys = new Map(keys.map(({ kid, key }) => [kid, key]));
  }

  /** Id of the key that seals. */
  get currentKid(): string {
    return this.current.kid;
  }

  /** @param place Where the secret is kept: `<document id>:<field>`. */
  seal(secret: string, place: string): SealedSecret {
    const iv = randomBytes(12);
    const cipher = createCipheriv(algorithm, this.current.key, iv).setAAD(Buffer.from(place));
    const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return {
      v: 1,
      kid: this.current.kid,
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    };
  }

  /** @throws UnreadableSecretError */
  open({ kid, iv, tag, data }: SealedSecret, place: string): string {
    const key = this.keys.get(kid);
    if (!key)
      throw new UnreadableSecretError(
        `A stored credential was encrypted with the key ${kid}, which SECRET_KEYS does not hold. Add that key again, or enter the credential again.`,
      );
    try {
      const decipher = createDecipheriv(algorithm, key, Buffer.from(iv, 'base64'), { authTagLength: 16 })
        .setAAD(Buffer.from(place))
        .setAuthTag(Buffer.from(tag, 'base64'));
      return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]).toString('utf8');
    } catch {
      throw new UnreadableSecretError(
        `A stored credential does not open with the key ${kid}: the key or the credential was changed. Enter it again.`,
      );
    }
  }
}
