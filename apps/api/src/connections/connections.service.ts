import {
  type ConnectionRecord,
  ConnectionRepository,
  type Consent,
  ExportRepository,
  type OpenedConnection,
} from '@audience-relay/data';
import { type Destination, destinations } from '@audience-relay/destinations/registry';
import { Injectable } from '@nestjs/common';
import type { Types } from 'mongoose';
import { PasswordConfirmation } from '../auth/password-confirmation';
import type { SignedInPerson, SignedInUser } from '../access/signed-in-user';
import { callDestination } from '../destinations/call-destination';
import {
  invalid,
  notFound,
  ProblemException,
  savedOrThrow,
  versionConflict,
} from '../problems/problem.exception';
import { ConnectionTester } from './connection-tester';
import type { TargetDto, TargetListDto, TestResultDto } from './connection.dto';
import { currentConsentText } from './consent-texts';
import type {
  CreateConnectionDto,
  TargetQueryDto,
  TestConnectionDto,
  UpdateConnectionDto,
} from './edit-connection.dto';
import { acceptChangedFields, type AcceptedFields, acceptFields } from './entered-fields';

@Injectable()
export class ConnectionsService {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly exports: ExportRepository,
    private readonly tester: ConnectionTester,
    private readonly passwords: PasswordConfirmation,
  ) {}

  /** What is not shared does not exist for a contributor. */
  async get(id: Types.ObjectId, { role }: SignedInUser): Promise<ConnectionRecord> {
    const record = await this.connections.findById(id);
    if (!record || (role !== 'administrator' && record.sharing !== 'administrators-and-contributors'))
      throw notFound('This connection');
    return record;
  }

  async create(body: CreateConnectionDto, by: SignedInPerson, address: string): Promise<ConnectionRecord> {
    const destination = this.destination(body.destination);
    const { values, open, secrets } = acceptFields(destination, body.fields);
    const consent = this.acceptConsent(body.consentTextVersion, by);
    if (body.exportUser)
      await this.passwords.confirm(by, body.exportUser.password, address, 'exportUser.password');

    const result = await this.connections.insert(
      {
        name: body.name,
        destination: destination.key,
        sharing: body.sharing ?? 'administrators',
        fields: open,
        secrets,
        consent,
        exportUserId: body.exportUser ? by.id : null,
      },
      by.id,
    );
    const { _id } = savedOrThrow(result, 'This connection', () => this.nameTaken(body.name, destination));
    await this.tester.testStored(_id, destination, values);
    return this.get(_id, by);
  }

  async update(id: Types.ObjectId, body: UpdateConnectionDto, by: SignedInUser): Promise<ConnectionRecord> {
    const record = await this.get(id, by);
    const destination = this.destination(record.destination);
    const agreed = record.consent.textVersion === currentConsentText.version;
    if (!agreed && (!body.consent || body.consentTextVersion === undefined))
      throw invalid({
        path: 'consent',
        message: 'The consent text has changed: it must be agreed to again.',
      });

    const fields = body.fields && (await this.changedFields(destination, id, body.version, body.fields));
    const result = await this.connections.update(
      id,
      body.version,
      {
        ...(body.name !== undefined && { name: body.name }),
        ...(body.sharing && { sharing: body.sharing }),
        ...(fields && { fields: fields.open, secrets: fields.secrets }),
        ...(body.consent && { consent: this.acceptConsent(body.consentTextVersion, by) }),
      },
      by.id,
    );
    const updated = savedOrThrow(result, 'This connection', () => {
      return this.nameTaken(body.name ?? record.name, destination);
    });
    if (!fields) return updated;

    await this.connections.markUntested(id);
    await this.tester.testStored(id, destination, fields.values);
    return this.get(id, by);
  }

  async remove(id: Types.ObjectId, by: SignedInUser): Promise<void> {
    await this.get(id, by);
    const exports = await this.exportsOn(id);
    if (exports.length > 0)
      throw new ProblemException(
        'in-use',
        exports.length === 1
          ? 'An export uses this connection. Remove the export or detach it first.'
          : `${exports.length} exports use this connection. Remove them or detach them first.`,
        { extra: { exports } },
      );
    if (!(await this.connections.remove(id))) throw notFound('This connection');
  }

  async exportsOn(id: Types.ObjectId): Promise<{ id: string; name: string }[]> {
    const names = await this.exports.findNamesOnConnection(id);
    return names.map((found) => ({ id: String(found.id), name: found.name }));
  }

  /** Runs act under this user from now on. */
  async setExportUser(
    id: Types.ObjectId,
    password: string,
    by: SignedInPerson,
    address: string,
  ): Promise<ConnectionRecord> {
    const record = await this.get(id, by);
    await this.passwords.confirm(by, password, address, 'password');
    const result = await this.connections.update(id, record.version, { exportUserId: by.id }, by.id);
    return savedOrThrow(result, 'This connection');
  }

  /** Tests credentials before they are saved. */
  testFields({ destination: key, fields }: TestConnectionDto): Promise<TestResultDto> {
    const destination = this.destination(key);
    return this.tester.test(destination, acceptFields(destination, fields).values);
  }

  async testStored(id: Types.ObjectId): Promise<TestResultDto> {
    const record = await this.connections.findById(id);
    const [lost] = record ? this.connections.findUnreadable(record) : [];
    if (lost) return this.tester.untestable(lost.message);
    const { destination, values } = await this.open(id);
    return this.tester.testStored(id, this.destination(destination), values);
  }

  async targets(id: Types.ObjectId, query: TargetQueryDto, by: SignedInUser): Promise<TargetListDto> {
    const { destination, connection } = await this.openFor(id, by);
    const { name, targets } = destination;
    if (!targets) throw new ProblemException('not-found', `${name} has no lists to choose from.`);
    const page = await callDestination(name, (signal) => targets({ connection, signal }, { ...query }));
    return { items: page.items.map(toTargetDto), nextCursor: page.nextCursor ?? null };
  }

  async createTarget(id: Types.ObjectId, targetName: string, by: SignedInUser): Promise<TargetDto> {
    const { destination, connection } = await this.openFor(id, by);
    const { name, createTarget } = destination;
    if (!createTarget) throw new ProblemException('not-found', `Lists cannot be made in ${name} from here.`);
    return toTargetDto(
      await callDestination(name, (signal) => createTarget({ connection, signal }, targetName)),
    );
  }

  /** For calls of the plugin by a person who may use the connection. */
  private async openFor(
    id: Types.ObjectId,
    by: SignedInUser,
  ): Promise<{ destination: Destination; connection: Record<string, never> }> {
    const record = await this.get(id, by);
    const { values } = await this.open(id);
    // The values were checked against the destination's own specs.
    return {
      destination: this.destination(record.destination),
      connection: values as Record<string, never>,
    };
  }

  private async open(id: Types.ObjectId): Promise<OpenedConnection> {
    const opened = await this.connections.open(id);
    if (!opened) throw notFound('This connection');
    return opened;
  }

  /** Address and secrets are read at once, and in the version that is replaced: they belong together. */
  private async changedFields(
    destination: Destination,
    id: Types.ObjectId,
    version: number,
    entered: Readonly<Record<string, unknown>>,
  ): Promise<AcceptedFields> {
    const read = await this.connections.read(id);
    if (read?.version !== version) throw versionConflict('This connection');
    const unreadable = read.unreadable.map(({ field }) => field);
    return acceptChangedFields(destination, { values: read.values, unreadable }, entered);
  }

  private destination(key: string): Destination {
    const destination = destinations.find((candidate) => candidate.key === key);
    if (!destination) throw invalid({ path: 'destination', message: 'There is no such destination.' });
    return destination;
  }

  private acceptConsent(textVersion: string | undefined, { id, name }: SignedInUser): Consent {
    if (textVersion !== currentConsentText.version)
      throw invalid({
        path: 'consentTextVersion',
        message: 'The consent text has changed. Read the current text and agree to it.',
      });
    return { userId: id, userName: name, at: new Date(), textVersion };
  }

  private nameTaken(name: string, destination: Destination): ProblemException {
    const message = `There is already a ${destination.name} connection called ${name}.`;
    return new ProblemException('name-taken', message, { errors: [{ path: 'name', message }] });
  }
}

function toTargetDto({ id, name, count }: { id: string; name: string; count?: number }): TargetDto {
  return { id, name, count: count ?? null };
}
