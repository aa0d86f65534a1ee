import type { Sharing } from '@audience-relay/contracts';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { type Model, Types } from 'mongoose';
import { containing, findPage, type ListRequest, type Page } from '../lists/list-page';
import { type SealedSecret, SecretBox, UnreadableSecretError } from '../secrets/secret-box';
import type {
  ConnectionRecord,
  ConnectionStatus,
  ConnectionValue,
  Consent,
  StoredSecret,
} from './connection.schema';
import { type WriteResult, writeResult } from '../write-result';

export interface NewConnection {
  name: string;
  destination: string;
  sharing: Sharing;
  fields: Record<string, ConnectionValue>;
  /** In clear; sealed before they are stored. */
  secrets: Record<string, string>;
  consent: Consent;
  exportUserId: Types.ObjectId | null;
}

export interface ConnectionChanges {
  name?: string;
  sharing?: Sharing;
  /** All fields that are no secrets. */
  fields?: Record<string, ConnectionValue>;
  /** All secrets, in clear. */
  secrets?: Record<string, string>;
  consent?: Consent;
  exportUserId?: Types.ObjectId;
}

/** A connection with its credentials in clear: for calls of the destination's plugin, and for nothing else. */
export interface OpenedConnection {
  id: Types.ObjectId;
  name: string;
  destination: string;
  sharing: Sharing;
  /** Values of the destination's connection fields, secrets too. Never log, store or send them elsewhere. */
  values: Record<string, ConnectionValue>;
  exportUserId: Types.ObjectId | null;
  /** Of the connection when it was opened. */
  version: number;
}

/** A connection as it is edited: without the secrets that cannot be decrypted any more. */
export interface ReadConnection extends OpenedConnection {
  unreadable: readonly UnreadableSecret[];
}

export interface UnreadableSecret {
  field: string;
  /** For a person: why, and what to do. */
  message: string;
}

/** Whose verdict on credentials counts only while the connection is as it was when they were read. */
export interface VerdictOn {
  version: number;
}

export const connectionSorts = {
  name: 'nameKey',
  destination: 'destination',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  status: 'status.state',
};

/** A secret shorter than this shows nothing of itself. */
const minHintedLength = 12;

const place = (id: Types.ObjectId, field: string): string => `${id.toHexString()}:${field}`;

const untested: ConnectionStatus = { state: 'untested', message: null, checkedAt: null, account: null };

@Injectable()
export class ConnectionRepository {
  constructor(
    @InjectModel('Connection') private readonly connections: Model<ConnectionRecord>,
    private readonly box: SecretBox,
  ) {}

  findById(id: string | Types.ObjectId): Promise<ConnectionRecord | null> {
    return this.connections.findById(id).lean<ConnectionRecord>().exec();
  }

  findByIds(ids: readonly Types.ObjectId[]): Promise<ConnectionRecord[]> {
    return this.connections
      .find({ _id: { $in: ids } })
      .lean<ConnectionRecord[]>()
      .exec();
  }

  /** Connections whose name holds a text, in any case. */
  async findIdsByName(text: string): Promise<Types.ObjectId[]> {
    const found = await this.connections
      .find({ name: containing(text) }, { _id: 1 })
      .lean<Pick<ConnectionRecord, '_id'>[]>()
      .exec();
    return found.map(({ _id }) => _id);
  }

  /** @param sharing Only connections shared so. */
  findPage(
    request: ListRequest,
    { sharing, destination }: { sharing?: Sharing; destination?: string } = {},
  ): Promise<Page<ConnectionRecord>> {
    const filter = { ...(sharing && { sharing }), ...(destination && { destination }) };
    return findPage(this.connections, filter, request, {
      sorts: connectionSorts,
      defaultSort: 'name',
      searchIn: ['name', 'destination'],
    });
  }

  /** Those that do not work, by name. */
  async findNamesInNeed(limit: number): Promise<{ id: Types.ObjectId; name: string }[]> {
    const found = await this.connections
      .find({ 'status.state': 'attention' }, { name: 1 })
      .sort({ nameKey: 1 })
      .limit(limit)
      .lean<Pick<ConnectionRecord, '_id' | 'name'>[]>();
    return found.map(({ _id, name }) => ({ id: _id, name }));
  }

  /** Names are unique within a destination. */
  insert(connection: NewConnection, by: Types.ObjectId): Promise<WriteResult<ConnectionRecord>> {
    const now = new Date();
    const id = new Types.ObjectId();
    const record: ConnectionRecord = {
      _id: id,
      ...connection,
      nameKey: connection.name.toLowerCase(),
      secrets: this.seal(id, connection.secrets),
      status: untested,
      createdAt: now,
      createdBy: by,
      updatedAt: now,
      updatedBy: by,
      version: 1,
    };
    return writeResult(async () => {
      await this.connections.insertOne(record);
      return record;
    });
  }

  update(
    id: Types.ObjectId,
    version: number,
    { secrets, ...changes }: ConnectionChanges,
    by: Types.ObjectId,
  ): Promise<WriteResult<ConnectionRecord>> {
    return writeResult(() =>
      this.connections
        .findOneAndUpdate(
          { _id: id, version },
          {
            $set: {
              ...changes,
              ...(changes.name !== undefined && { nameKey: changes.name.toLowerCase() }),
              ...(secrets && { secrets: this.seal(id, secrets) }),
              updatedAt: new Date(),
              updatedBy: by,
            },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<ConnectionRecord>()
        .exec(),
    );
  }

  async remove(id: Types.ObjectId): Promise<boolean> {
    return (await this.connections.deleteOne({ _id: id }).exec()).deletedCount === 1;
  }

  /**
   * A connection's credentials, for calls of the destination.
   * @returns null when it was removed.
   * @throws UnreadableSecretError when a key is missing from SECRET_KEYS; its message is for a person.
   */
  async open(id: string | Types.ObjectId): Promise<OpenedConnection | null> {
    const read = await this.read(id);
    const [lost] = read?.unreadable ?? [];
    if (lost) throw new UnreadableSecretError(lost.message);
    return read;
  }

  /**
   * What can be read of a connection, so that it can be edited when its credentials cannot. Secrets sealed with an old
   * key are sealed anew on the way.
   * @returns null when it was removed.
   */
  async read(id: string | Types.ObjectId): Promise<ReadConnection | null> {
    const record = await this.findById(id);
    if (!record) return null;
    const { secrets, unreadable } = this.reveal(record);
    for (const { field, box, value } of secrets)
      if (box.kid !== this.box.currentKid)
        // Only this very box: someone may be entering a new secret.
        await this.connections
          .updateOne(
            { _id: record._id, secrets: { $elemMatch: { field, 'box.iv': box.iv } } },
            { $set: { 'secrets.$.box': this.box.seal(value, place(record._id, field)) } },
          )
          .exec();
    return {
      id: record._id,
      name: record.name,
      destination: record.destination,
      sharing: record.sharing,
      values: { ...record.fields, ...Object.fromEntries(secrets.map(({ field, value }) => [field, value])) },
      unreadable,
      exportUserId: record.exportUserId,
      version: record.version,
    };
  }

  /** Secrets of a connection that cannot be decrypted: their key is lost. */
  findUnreadable(record: Pick<ConnectionRecord, '_id' | 'secrets'>): readonly UnreadableSecret[] {
    return this.reveal(record).unreadable;
  }

  /** Called when the destination refused the credentials. @param message For a person, without credentials. */
  async markAttention(id: string | Types.ObjectId, message: string, of?: VerdictOn): Promise<void> {
    await this.setStatus(id, { state: 'attention', message }, of);
  }

  /** Called when a run or a test showed that the credentials work. @param account When the destination told. */
  async markOk(
    id: string | Types.ObjectId,
    { account, of }: { account?: string; of?: VerdictOn } = {},
  ): Promise<void> {
    await this.setStatus(id, { state: 'ok', message: null, ...(account !== undefined && { account }) }, of);
  }

  /** Called when a test could not find out, because the destination did not answer: the state stays. */
  async markUnanswered(id: Types.ObjectId, message: string): Promise<void> {
    await this.setStatus(id, { message });
  }

  /** Credentials were changed: nothing is known about the new ones. */
  async markUntested(id: Types.ObjectId): Promise<void> {
    await this.connections.updateOne({ _id: id }, { $set: { status: untested } }).exec();
  }

  /** Id of the key that seals: the first of SECRET_KEYS. */
  get currentKid(): string {
    return this.box.currentKid;
  }

  /** Ids of keys in use, with the number of connections whose secrets they seal. What is not the first key is due. */
  async countByKey(): Promise<Map<string, number>> {
    const counts = await this.connections
      .aggregate<{ _id: string; count: number }>([
        { $unwind: '$secrets' },
        { $group: { _id: { kid: '$secrets.box.kid', connection: '$_id' } } },
        { $group: { _id: '$_id.kid', count: { $sum: 1 } } },
      ])
      .exec();
    return new Map(counts.map(({ _id, count }) => [_id, count]));
  }

  /** Connections with a secret that an old key seals. */
  async findIdsDueForSealing(): Promise<Types.ObjectId[]> {
    const due = await this.connections
      .find({ secrets: { $elemMatch: { 'box.kid': { $ne: this.box.currentKid } } } }, { _id: 1 })
      .lean<{ _id: Types.ObjectId }[]>()
      .exec();
    return due.map(({ _id }) => _id);
  }

  /** Connections with a secret that cannot be decrypted. */
  async countUnreadable(): Promise<number> {
    const records = await this.connections
      .find({}, { secrets: 1 })
      .lean<Pick<ConnectionRecord, '_id' | 'secrets'>[]>()
      .exec();
    return records.filter((record) => this.reveal(record).unreadable.length > 0).length;
  }

  private async setStatus(
    id: string | Types.ObjectId,
    status: Partial<ConnectionStatus>,
    of?: VerdictOn,
  ): Promise<void> {
    const members = { ...status, checkedAt: new Date() };
    const set = Object.fromEntries(Object.entries(members).map(([key, value]) => [`status.${key}`, value]));
    await this.connections.updateOne({ _id: id, ...(of && { version: of.version }) }, { $set: set }).exec();
  }

  private reveal({ _id, secrets }: Pick<ConnectionRecord, '_id' | 'secrets'>): {
    secrets: { field: string; box: SealedSecret; value: string }[];
    unreadable: UnreadableSecret[];
  } {
    const revealed: { field: string; box: SealedSecret; value: string }[] = [];
    const unreadable: UnreadableSecret[] = [];
    for (const { field, box } of secrets) {
      try {
        revealed.push({ field, box, value: this.box.open(box, place(_id, field)) });
      } catch (error) {
        if (!(error instanceof UnreadableSecretError)) throw error;
        unreadable.push({ field, message: error.message });
      }
    }
    return { secrets: revealed, unreadable };
  }

  private seal(id: Types.ObjectId, secrets: Record<string, string>): StoredSecret[] {
    return Object.entries(secrets).map(([field, secret]) => ({
      field,
      hint: secret.length >= minHintedLength ? secret.slice(-4) : '',
      box: this.box.seal(secret, place(id, field)),
    }));
  }
}
