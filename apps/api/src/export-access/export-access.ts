import {
  isAllowedOn,
  type Permission,
  type PermissionHolder,
  permissionsOn,
  type Role,
  type Sharing,
} from '@audience-relay/contracts';
import {
  ConnectionRepository,
  ExportRepository,
  type ExportRecord,
  type RunRecord,
} from '@audience-relay/data';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import type { SignedInUser } from '../access/signed-in-user';
import { notFound, ProblemException } from '../problems/problem.exception';

/** Rights on exports follow their connection: the one place that decides them. */
@Injectable()
export class ExportAccess {
  constructor(
    private readonly exports: ExportRepository,
    private readonly connections: ConnectionRepository,
  ) {}

  async find(id: Types.ObjectId): Promise<ExportRecord> {
    const found = await this.exports.findById(id);
    if (!found) throw notFound('This export');
    return found;
  }

  /** An export that this person may edit, run and remove. */
  async findEditable(id: Types.ObjectId, user: Pick<SignedInUser, 'role'>): Promise<ExportRecord> {
    const found = await this.find(id);
    await this.demandEdit(found, user);
    return found;
  }

  async demandEdit(
    { connectionId }: Pick<ExportRecord, 'connectionId'>,
    { role }: Pick<SignedInUser, 'role'>,
  ): Promise<void> {
    if (isAllowedOn(role, 'export:write', await this.sharingOf(connectionId))) return;
    throw new ProblemException('forbidden', this.refusal(connectionId));
  }

  /** Which of these connections this person may use, by id. */
  async editableOn(
    connectionIds: readonly Types.ObjectId[],
    role: Role,
  ): Promise<(connectionId: Types.ObjectId | null) => boolean> {
    const sharingOf = await this.sharingsOf(connectionIds);
    return (connectionId) => isAllowedOn(role, 'export:write', sharingOf(connectionId));
  }

  /** What this person may do with runs: it follows the connection that they deliver to. */
  async permissionsOnRuns(
    runs: readonly Pick<RunRecord, 'connectionId'>[],
    caller: PermissionHolder,
  ): Promise<(run: Pick<RunRecord, 'connectionId'>) => Permission[]> {
    const sharingOf = await this.sharingsOf(runs.flatMap(({ connectionId }) => connectionId ?? []));
    return ({ connectionId }) => permissionsOn('run', caller, sharingOf(connectionId));
  }

  refusal(connectionId: Types.ObjectId | null): string {
    return connectionId
      ? 'The connection of this export is not shared with contributors. Ask an administrator to share it.'
      : 'This export is detached from its connection. Only administrators may change it.';
  }

  private async sharingsOf(
    connectionIds: readonly Types.ObjectId[],
  ): Promise<(connectionId: Types.ObjectId | null) => Sharing | null> {
    const found = await this.connections.findByIds(connectionIds);
    const sharings = new Map(found.map(({ _id, sharing }) => [String(_id), sharing]));
    return (connectionId) => sharings.get(String(connectionId)) ?? null;
  }

  private async sharingOf(connectionId: Types.ObjectId | null): Promise<Sharing | null> {
    const connection = connectionId && (await this.connections.findById(connectionId));
    return connection?.sharing ?? null;
  }
}
