import { type UserChanges, type UserRecord, UserRepository } from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import { ActiveUsers } from './active-users';
import { passwordProblem, Passwords } from './passwords';
import { invalid, notFound, ProblemException, savedOrThrow } from '../problems/problem.exception';
import type { CreateUserDto, UpdateUserDto } from './edit-user.dto';

const isActiveAdministrator = (user: UserRecord): boolean => user.role === 'administrator' && !user.disabled;

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UserRepository,
    private readonly passwords: Passwords,
    private readonly activeUsers: ActiveUsers,
  ) {}

  async get(id: Types.ObjectId): Promise<UserRecord> {
    const user = await this.users.findById(id);
    if (!user) throw notFound('This user');
    return user;
  }

  async create({ email, name, role, password }: CreateUserDto, by: Types.ObjectId): Promise<UserRecord> {
    const passwordHash = await this.acceptPassword(password, email, name);
    const result = await this.users.insert({ email, name, role, passwordHash }, by);
    return savedOrThrow(result, 'This user', () => {
      return new ProblemException('name-taken', 'There is already a user with this e-mail address.');
    });
  }

  async update(
    id: Types.ObjectId,
    { version, password, ...changes }: UpdateUserDto,
    by: Types.ObjectId,
  ): Promise<UserRecord> {
    const before = await this.get(id);
    const passwordHash =
      password === undefined
        ? undefined
        : await this.acceptPassword(password, before.email, changes.name ?? before.name);
    return this.change(before, version, { ...changes, ...(passwordHash && { passwordHash }) }, by);
  }

  async remove(id: Types.ObjectId, by: Types.ObjectId): Promise<void> {
    const user = await this.get(id);
    // Disabled first, so that the rule about the last administrator is kept in one place.
    await this.change(user, user.version, { disabled: true }, by);
    await this.users.remove(id);
  }

  private async change(
    before: UserRecord,
    version: number,
    changes: UserChanges,
    by: Types.ObjectId,
  ): Promise<UserRecord> {
    const user = savedOrThrow(await this.users.update(before._id, version, changes, by), 'This user');
    await this.keepOneAdministrator(before, user, by);
    this.activeUsers.forget(user._id);
    if (user.disabled || changes.passwordHash !== undefined) await this.activeUsers.endSessionsOf(user._id);
    return user;
  }

  /**
   * Looks after the write and takes it back, so that two administrators who demote each other at the same moment
   * cannot both succeed.
   */
  private async keepOneAdministrator(
    before: UserRecord,
    after: UserRecord,
    by: Types.ObjectId,
  ): Promise<void> {
    if (!isActiveAdministrator(before) || isActiveAdministrator(after)) return;
    if ((await this.users.countActiveAdministrators()) > 0) return;
    await this.users.update(after._id, after.version, { role: before.role, disabled: before.disabled }, by);
    throw new ProblemException(
      'last-administrator',
      'This is the last administrator. Make another user an administrator first.',
    );
  }

  private acceptPassword(password: string, email: string, name: string): Promise<string> {
    const problem = passwordProblem(password, [email.split('@', 1)[0] ?? '', name]);
    if (problem) throw invalid({ path: 'password', message: problem });
    return this.passwords.hash(password);
  }
}
