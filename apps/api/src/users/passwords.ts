import { maxPasswordLength, minPasswordLength } from '@audience-relay/contracts';
import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';

/** argon2id (the library's default kind) with the parameters that OWASP recommends. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

const currentPrefix = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

/**
 * Length is what counts; besides that only what is guessed first is refused.
 * @param about Words that the password must not be built from: the address, the name.
 * @returns A sentence saying what is wrong, or null.
 */
export function passwordProblem(password: string, about: readonly string[] = []): string | null {
  if (password.length < minPasswordLength)
    return `A password needs at least ${minPasswordLength} characters.`;
  if (password.length > maxPasswordLength) return `A password has at most ${maxPasswordLength} characters.`;
  const plain = password.toLowerCase();
  if (new Set(plain).size < 5) return 'A password needs at least five different characters.';
  const known = about
    .flatMap((word) => word.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 4);
  if (known.some((word) => plain.startsWith(word)))
    return 'A password must not begin with your name or your e-mail address.';
  if (/^(password|passord|qwerty|1234567|letmein|welcome)/.test(plain))
    return 'This password is one of the first that others would try.';
  return null;
}

@Injectable()
export class Passwords {
  /** Compared against when there is no such account, so that the answer takes as long. */
  private readonly nobody = this.hash('no account has this password');

  hash(password: string): Promise<string> {
    return hash(password, parameters);
  }

  /** @param passwordHash undefined when there is no such account: takes as long, answers false. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const matches = await verify(passwordHash ?? (await this.nobody), password);
    return passwordHash !== undefined && matches;
  }

  /** Whether the hash was made with other parameters than today's. */
  isOutdated(passwordHash: string): boolean {
    return !passwordHash.startsWith(currentPrefix);
  }
}
