import { UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import { invalid } from '../problems/problem.exception';
import { Passwords } from '../users/passwords';
import { SignInLockout } from './sign-in-lockout';
import type { SignedInPerson } from '../access/signed-in-user';

/** Asks for the password again before something weighty; as hard to guess at as signing in. */
@Injectable()
export class PasswordConfirmation {
  constructor(
    private readonly users: UserRepository,
    private readonly passwords: Passwords,
    private readonly lockout: SignInLockout,
  ) {}

  /**
   * @param address Where the request comes from.
   * @param path Of the password in the request, for the error.
   * @throws ProblemException `validation-failed`, `account-locked`
   */
  async confirm(user: SignedInPerson, password: string, address: string, path: string): Promise<void> {
    await this.lockout.count(user.email, address);
    const record = await this.users.findById(user.id);
    if (!(await this.passwords.verify(record?.passwordHash, password)))
      throw invalid({ path, message: 'This is not your password.' });
    await this.lockout.clear(user.email, address);
  }
}
