import { type PermissionHolder, permissionsOn } from '@audience-relay/contracts';
import {
  type ConnectionRecord,
  ConnectionRepository,
  ExportRepository,
  type UserRecord,
  UserRepository,
} from '@audience-relay/data';
import { destinations } from '@audience-relay/destinations/registry';
import { Injectable } from '@nestjs/common';
import { UserNames } from '../users/user-names';
import type { ConnectionDto, ConnectionStatusDto, ExportUserDto } from './connection.dto';
import { currentConsentText } from './consent-texts';

/** Connections as the API shows them: everything but the secrets to administrators, six members to others. */
@Injectable()
export class ConnectionViews {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly exports: ExportRepository,
    private readonly users: UserRepository,
    private readonly userNames: UserNames,
  ) {}

  async one(record: ConnectionRecord, caller: PermissionHolder): Promise<ConnectionDto> {
    const [dto] = await this.many([record], caller);
    if (!dto) throw new Error('One connection has one view');
    return dto;
  }

  async many(records: readonly ConnectionRecord[], caller: PermissionHolder): Promise<ConnectionDto[]> {
    if (caller.role !== 'administrator') return records.map((record) => toSummary(record, caller));
    const [counts, names, exportUsers] = await Promise.all([
      this.exports.countByConnection(records.map(({ _id }) => _id)),
      this.userNames.of(records.flatMap(({ createdBy, updatedBy }) => [createdBy, updatedBy])),
      this.users.findNames(records.flatMap(({ exportUserId }) => exportUserId ?? [])),
    ]);
    return records.map((record) => ({
      ...toSummary(record, caller),
      fields: shownFields(record),
      status: this.statusOf(record),
      consent: {
        userName: record.consent.userName,
        at: record.consent.at.toISOString(),
        textVersion: record.consent.textVersion,
        current: record.consent.textVersion === currentConsentText.version,
      },
      exportUser: exportUser(record, exportUsers),
      exportCount: counts.get(String(record._id)) ?? 0,
      createdAt: record.createdAt.toISOString(),
      createdBy: names.get(String(record.createdBy)) ?? null,
      updatedAt: record.updatedAt.toISOString(),
      updatedBy: names.get(String(record.updatedBy)) ?? null,
      version: record.version,
    }));
  }

  /** Whatever the last test said: credentials that cannot be decrypted work for nobody. */
  private statusOf(record: ConnectionRecord): ConnectionStatusDto {
    const status = { ...record.status, checkedAt: record.status.checkedAt?.toISOString() ?? null };
    const [lost] = this.connections.findUnreadable(record);
    return lost ? { ...status, state: 'attention', message: lost.message } : status;
  }
}

function toSummary(
  { _id, name, destination, sharing }: ConnectionRecord,
  caller: PermissionHolder,
): ConnectionDto {
  const known = destinations.find(({ key }) => key === destination);
  return {
    id: String(_id),
    name,
    destination,
    destinationName: known?.name ?? destination,
    sharing,
    permissions: permissionsOn('connection', caller, sharing),
  };
}

function shownFields({ fields, secrets }: ConnectionRecord): ConnectionDto['fields'] {
  const hidden = secrets.map(({ field, hint }) => [field, { set: true as const, hint: hint && `…${hint}` }]);
  return { ...fields, ...Object.fromEntries(hidden) };
}

function exportUser(
  { exportUserId }: ConnectionRecord,
  users: ReadonlyMap<string, Pick<UserRecord, 'name' | 'disabled'>>,
): ExportUserDto | null {
  if (!exportUserId) return null;
  const user = users.get(String(exportUserId));
  return {
    id: String(exportUserId),
    name: user?.name ?? 'Removed user',
    disabled: user?.disabled ?? true,
  };
}
