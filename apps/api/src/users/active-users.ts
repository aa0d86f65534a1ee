import { SessionRepository, UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { SignedInPerson } from '../access/signed-in-user';

/** How long another API process may go on believing a sign-in that ended, or a role that was changed, here. */
const maxAgeMs = 5_000;

const maxKnown = 1_000;

/**
 * Looks up who a token belongs to and whether its sign-in still lasts, remembering the answer for a moment: most requests
 * come in bursts. Sessions are ended here, so that no access token outlives its session in this process.
 */
@Injectable()
export class ActiveUsers {
  /** By session id. */
  private readonly known = new Map<string, { person: SignedInPerson; until: number }>();

  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
  ) {}

  /** @returns null when the session has ended, or the account is gone or disabled. */
  async find(userId: Types.ObjectId, sessionId: Types.ObjectId): Promise<SignedInPerson | null> {
    const key = String(sessionId);
    const known = this.known.get(key);
    if (known && known.until > Date.now()) return known.person;

    this.known.delete(key);
    const [record, session] = await Promise.all([
      this.users.findById(userId),
      this.sessions.findById(sessionId),
    ]);
    const lasts = session?.userId.equals(userId) && session.expiresAt.getTime() > Date.now();
    if (!record || record.disabled || !lasts) return null;
    const { _id, email, name, role } = record;
    const person: SignedInPerson = { id: _id, email, name, role, isApiKey: false, sessionId };
    if (this.known.size >= maxKnown) this.known.clear();
    this.known.set(key, { person, until: Date.now() + maxAgeMs });
    return person;
  }

  async endSession(id: Types.ObjectId): Promise<void> {
    await this.sessions.end(id);
    this.known.delete(String(id));
  }

  /** @param kept The session that goes on. */
  async endSessionsOf(userId: Types.ObjectId, kept?: Types.ObjectId): Promise<void> {
    await this.sessions.endAllOf(userId, kept);
    this.forget(userId);
  }

  /** Called after every change of a user. */
  forget(userId: Types.ObjectId): void {
    for (const [key, { person }] of this.known) if (person.id.equals(userId)) this.known.delete(key);
  }
}
