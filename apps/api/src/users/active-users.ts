import { UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { SignedInPerson } from '../access/signed-in-user';

type ActiveUser = Omit<SignedInPerson, 'sessionId'>;

/** How long another API process may go on believing a role that was changed here, in milliseconds. */
const maxAgeMs = 5_000;

const maxUsers = 1_000;

/** Looks up who a token belongs to, remembering the answer for a moment: most requests come in bursts. */
@Injectable()
export class ActiveUsers {
  private readonly known = new Map<string, { user: ActiveUser; until: number }>();

  constructor(private readonly users: UserRepository) {}

  /** @returns null when the account is gone or disabled. */
  async find(id: string): Promise<ActiveUser | null> {
    const known = this.known.get(id);
    if (known && known.until > Date.now()) return known.user;

    const record = await this.users.findById(id);
    if (!record || record.disabled) {
      this.forget(id);
      return null;
    }
    const { _id, email, name, role } = record;
    const user: ActiveUser = { id: _id, email, name, role, isApiKey: false };
    if (this.known.size >= maxUsers) this.known.clear();
    this.known.set(id, { user, until: Date.now() + maxAgeMs });
    return user;
  }

  /** Called after every change of a user. */
  forget(id: string): void {
    this.known.delete(id);
  }
}
