import { type SessionRecord, SessionRepository, type UserRecord, UserRepository } from '@audience-relay/data';
import { Injectable, Logger } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Types } from 'mongoose';
import {
  invalid,
  ProblemException,
  savedOrThrow,
  versionConflict,
  notFound,
} from '../problems/problem.exception';
import { type AccessTokenClaims, accessTokenOptions } from './access-token';
import { PasswordConfirmation } from './password-confirmation';
import { passwordProblem, Passwords } from '../users/passwords';
import { hashToken, newRefreshToken, sessionIdOf } from './refresh-token';
import { ActiveUsers } from '../users/active-users';
import { SignInLockout } from './sign-in-lockout';
import type { SignedInPerson } from '../access/signed-in-user';

const day = 24 * 60 * 60_000;

/** A session ends after this long without a refresh, and at the latest after `sessionMs`. */
const idleMs = 7 * day;
const sessionMs = 30 * day;

/** Two tabs that refresh at the same moment are not a theft, in milliseconds. */
const rotationGraceMs = 10_000;

export interface IssuedTokens {
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
  /** Absent when another tab has just been given the new one. */
  refresh?: { token: string; expiresAt: Date };
  user: UserRecord;
}

@Injectable()
export class AuthService {
  private readonly logger = new Logger(AuthService.name);

  constructor(
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly activeUsers: ActiveUsers,
    private readonly lockout: SignInLockout,
    private readonly passwords: Passwords,
    private readonly confirmation: PasswordConfirmation,
    private readonly jwt: JwtService,
  ) {}

  /** @param address Where the try comes from: lockout is per account and address, so nobody can lock out another. */
  async signIn(
    email: string,
    password: string,
    address: string,
    userAgent: string | null = null,
  ): Promise<IssuedTokens> {
    await this.lockout.count(email, address);
    const user = await this.users.findByEmail(email);
    const right = await this.passwords.verify(user?.passwordHash, password);
    if (!user || !right || user.disabled)
      throw new ProblemException('invalid-credentials', 'The e-mail address or the password is wrong.');

    await this.lockout.clear(email, address);
    if (this.passwords.isOutdated(user.passwordHash))
      await this.users.replaceHash(user._id, user.passwordHash, await this.passwords.hash(password));
    const now = new Date();
    await this.users.touchSignIn(user._id, now);
    return this.openSession({ ...user, lastSignInAt: now }, userAgent);
  }

  /**
   * Exchanges a refresh token for new tokens, once. A token that was used before ends its session: either it or its
   * successor is in the wrong hands.
   * @param shared The token came from a cookie that several tabs share.
   */
  async refresh(token: string, shared: boolean): Promise<IssuedTokens> {
    const sessionId = sessionIdOf(token);
    if (!sessionId) throw this.invalidToken();
    const next = newRefreshToken(sessionId);
    const used = hashToken(token);

    const before = await this.sessions.findById(sessionId);
    if (!before) throw this.invalidToken();
    const expiresAt = new Date(Math.min(Date.now() + idleMs, before.endsAt.getTime()));
    const session = await this.sessions.rotate(sessionId, used, hashToken(next), expiresAt);
    if (session)
      return {
        ...(await this.accessFor(session.userId, sessionId)),
        refresh: { token: next, expiresAt },
      };

    const now = await this.sessions.findById(sessionId);
    const justReplaced = now?.previousHash === used && Date.now() - now.rotatedAt.getTime() < rotationGraceMs;
    if (now && shared && justReplaced) return this.accessFor(now.userId, sessionId);

    await this.activeUsers.endSession(sessionId);
    if (now && now.expiresAt.getTime() > Date.now())
      this.logger.warn(`Session ${sessionId.toHexString()} ended: a refresh token was used twice`);
    throw this.invalidToken();
  }

  /** Gives a signed-in person a new password; every other sign-in of theirs ends. */
  async changePassword(user: SignedInPerson, current: string, next: string, address: string): Promise<void> {
    await this.confirmation.confirm(user, current, address, 'currentPassword');
    const problem = passwordProblem(next, [user.email.split('@', 1)[0] ?? '', user.name]);
    if (problem) throw invalid({ path: 'newPassword', message: problem });
    const record = await this.users.findById(user.id);
    const passwordHash = await this.passwords.hash(next);
    if (!record) throw versionConflict('Your account');
    savedOrThrow(await this.users.update(user.id, record.version, { passwordHash }, user.id), 'Your account');
    await this.activeUsers.endSessionsOf(user.id, user.sessionId);
  }

  /** The sign-ins of one person that still last, the one used last first. */
  sessionsOf(userId: Types.ObjectId): Promise<SessionRecord[]> {
    return this.sessions.findLasting(userId);
  }

  /** Ends one of a person's own sign-ins: its refresh token and its access tokens. */
  async endSession(id: Types.ObjectId, { id: userId }: SignedInPerson): Promise<void> {
    const session = await this.sessions.findById(id);
    if (!session?.userId.equals(userId)) throw notFound('This sign-in');
    await this.activeUsers.endSession(id);
  }

  async endSessions({ id }: SignedInPerson): Promise<void> {
    await this.activeUsers.endSessionsOf(id);
  }

  async signOut(token: string): Promise<void> {
    const sessionId = sessionIdOf(token);
    const session = sessionId && (await this.sessions.findById(sessionId));
    if (session && [session.tokenHash, session.previousHash].includes(hashToken(token)))
      await this.activeUsers.endSession(session._id);
  }

  private async openSession(user: UserRecord, userAgent: string | null): Promise<IssuedTokens> {
    const sessionId = new Types.ObjectId();
    const token = newRefreshToken(sessionId);
    const now = Date.now();
    const expiresAt = new Date(now + idleMs);
    await this.sessions.insert({
      _id: sessionId,
      userId: user._id,
      tokenHash: hashToken(token),
      userAgent,
      expiresAt,
      endsAt: new Date(now + sessionMs),
    });
    return { ...(await this.sign(user, sessionId)), refresh: { token, expiresAt } };
  }

  private async accessFor(userId: Types.ObjectId, sessionId: Types.ObjectId): Promise<IssuedTokens> {
    const user = await this.users.findById(userId);
    if (user && !user.disabled) return this.sign(user, sessionId);
    await this.activeUsers.endSession(sessionId);
    throw this.invalidToken();
  }

  private async sign(user: UserRecord, sessionId: Types.ObjectId): Promise<IssuedTokens> {
    const claims: AccessTokenClaims = { sub: user._id.toHexString(), sid: sessionId.toHexString() };
    return {
      accessToken: await this.jwt.signAsync(claims),
      expiresIn: accessTokenOptions.expiresIn,
      user,
    };
  }

  private invalidToken(): ProblemException {
    return new ProblemException('refresh-token-invalid', 'Your sign-in has ended. Sign in again.');
  }
}
