import { normalizeEmail, SignInFailureRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { ProblemException } from '../problems/problem.exception';

const minute = 60_000;

/** Wrong passwords for one account from one address, before both must wait. */
const triesAllowed = 5;
const windowMs = 15 * minute;

/** Counts wrong passwords per account and address, in the database: so nobody can lock out another, nor restart. */
@Injectable()
export class SignInLockout {
  constructor(private readonly failures: SignInFailureRepository) {}

  /**
   * Called before a password is looked at, so that guesses made at once count too.
   * @throws ProblemException `account-locked`
   */
  async count(email: string, address: string): Promise<void> {
    const { count, expiresAt } = await this.failures.count(this.key(email, address), windowMs);
    if (count <= triesAllowed) return;
    const minutes = Math.max(1, Math.ceil((expiresAt.getTime() - Date.now()) / minute));
    throw new ProblemException(
      'account-locked',
      `Too many wrong passwords. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
      { retryAfter: minutes * 60 },
    );
  }

  /** Called after a right password. */
  async clear(email: string, address: string): Promise<void> {
    await this.failures.clear(this.key(email, address));
  }

  private key(email: string, address: string): string {
    return createHash('sha256')
      .update(`${normalizeEmail(email)}\n${address}`)
      .digest('base64url');
  }
}
