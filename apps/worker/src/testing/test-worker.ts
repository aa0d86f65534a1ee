import { randomBytes } from 'node:crypto';
import {
  ConnectionRepository,
  DeliveryLedgerRepository,
  ExportRepository,
  type ExportRecord,
  type NewRun,
  RunCommandsRepository,
  RunLineRepository,
  type RunRecord,
  UserRepository,
} from '@audience-relay/data';
import { activeRunStatuses, isActive } from '@audience-relay/contracts';
import { QueueDispatcher } from '@audience-relay/queue';
import { type RunningSandbox, startSandbox } from '@audience-relay/sendgrid-sandbox';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getConnectionToken } from '@nestjs/mongoose';
import { type Connection, Types } from 'mongoose';
import { WorkerModule } from '../worker.module';

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; see CONTRIBUTING.md`);
  return value;
}

const endDeadlineMs = 15_000;

/** A worker in this process, on a database and Redis keys of its own, with a sandbox as SendGrid. */
export class TestWorker {
  readonly segmentId = new Types.ObjectId();

  private constructor(
    readonly app: INestApplicationContext,
    readonly sandbox: RunningSandbox,
    readonly database: Connection,
    private readonly userId: Types.ObjectId,
  ) {}

  static async start(): Promise<TestWorker> {
    const name = `worker-test-${process.pid}-${randomBytes(3).toString('hex')}`;
    const sandbox = await startSandbox({ port: 0, timings: { applyMs: 50, finishMs: 100 } });
    const app = await NestFactory.createApplicationContext(
      WorkerModule.forRoot({
        host: '127.0.0.1',
        port: 0,
        mongodbUri: needed('TEST_MONGODB_URI'),
        dbName: name,
        redisUrl: needed('TEST_REDIS_URL'),
        redisPrefix: name,
        secretKeys: `k1:${randomBytes(32).toString('base64')}`,
        logLevel: 'silent',
        leaseMs: 3_000,
      }),
      { logger: false },
    );
    const database = app.get<Connection>(getConnectionToken());
    const user = await app
      .get(UserRepository)
      .insert(
        { email: 'admin@example.org', name: 'Admin', role: 'administrator', passwordHash: 'none' },
        null,
      );
    if ('refused' in user) throw new Error('The user exists');
    return new TestWorker(app, sandbox, database, user.saved._id);
  }

  async stop(): Promise<void> {
    const queue = this.app.get(QueueDispatcher).queue('export-runs');
    await queue.obliterate({ force: true });
    await this.database.dropDatabase();
    await this.app.close();
    await this.sandbox.stop();
  }

  /** Makes the one segment hold exactly these people: profile id -> e-mail address. */
  async setMembers(people: Readonly<Record<string, string | null>>): Promise<void> {
    const profiles = this.database.collection<{ _id: string }>('profiles');
    await profiles.deleteMany({});
    const now = new Date();
    const rows = Object.entries(people).map(([_id, email]) => ({
      _id,
      fields: email === null ? {} : { email },
      segments: [this.segmentId],
      updatedAt: now,
    }));
    if (rows.length > 0) await profiles.insertMany(rows);
    await this.database.collection('segments').updateOne(
      { _id: this.segmentId },
      {
        $set: {
          name: 'All',
          nameKey: 'all',
          state: 'active',
          status: 'succeeded',
          refreshedAt: now,
          version: 1,
        },
      },
      { upsert: true },
    );
  }

  connect(apiKey = 'SG.sandbox.full-access', baseUrl = this.sandbox.url): Promise<Types.ObjectId> {
    return this.app
      .get(ConnectionRepository)
      .insert(
        {
          name: `Sandbox ${randomBytes(3).toString('hex')}`,
          destination: 'sendgrid',
          sharing: 'administrators',
          fields: { region: 'global', baseUrl },
          secrets: { apiKey },
          consent: { userId: this.userId, userName: 'Admin', at: new Date(), textVersion: '1' },
          exportUserId: this.userId,
        },
        this.userId,
      )
      .then((connection) => {
        if ('refused' in connection) throw new Error('The connection exists');
        return connection.saved._id;
      });
  }

  /** A list in the sandbox. */
  async createList(name: string): Promise<string> {
    const response = await fetch(`${this.sandbox.url}/v3/marketing/lists`, {
      method: 'POST',
      headers: { Authorization: 'Bearer SG.sandbox.full-access', 'Content-Type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    return ((await response.json()) as { id: string }).id;
  }

  /** Puts people on a list as somebody else would. */
  async putByHand(listId: string, emails: readonly string[]): Promise<void> {
    const response = await fetch(`${this.sandbox.url}/v3/marketing/contacts`, {
      method: 'PUT',
      headers: { Authorization: 'Bearer SG.sandbox.full-access', 'Content-Type': 'application/json' },
      body: JSON.stringify({ list_ids: [listId], contacts: emails.map((email) => ({ email })) }),
    });
    if (response.status !== 202) throw new Error(`The sandbox answers ${response.status}`);
  }

  addresses(listId: string): string[] {
    return this.sandbox.control
      .contacts({ listId, limit: 10_000 })
      .items.map(({ email }) => String(email))
      .sort();
  }

  /** Waits until a list holds exactly these addresses: the sandbox, as SendGrid, applies removals after a while. */
  async untilListed(listId: string, addresses: readonly string[]): Promise<void> {
    const deadline = Date.now() + endDeadlineMs;
    while (this.addresses(listId).join() !== addresses.join()) {
      if (Date.now() > deadline) throw new Error(`The list holds ${this.addresses(listId).length} others`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async createExport(
    connectionId: Types.ObjectId,
    list: string,
    change: Partial<ExportRecord> = {},
  ): Promise<ExportRecord> {
    const now = new Date();
    const record: ExportRecord = {
      _id: new Types.ObjectId(),
      name: 'Test export',
      connectionId,
      destination: 'sendgrid',
      settings: { list },
      settingsLabels: {},
      mapping: { fields: { email: 'email' }, custom: [] },
      segmentIds: [this.segmentId],
      mode: 'mirror',
      scope: 'changes',
      hardLimit: null,
      activeRunId: null,
      lastRun: null,
      ledger: null,
      createdAt: now,
      createdBy: this.userId,
      updatedAt: now,
      updatedBy: this.userId,
      version: 1,
      ...change,
    } as ExportRecord;
    await this.database.collection('exports').insertOne(record);
    return record;
  }

  /** Starts a run as the API does, without waiting. */
  async startRun(target: ExportRecord, how: Omit<NewRun, 'trigger'> = {}): Promise<Types.ObjectId> {
    const kind = how.retryOf ? 'retry' : how.approval ? 'approval' : 'on-demand';
    const run = await this.app
      .get(RunCommandsRepository)
      .start(target, { trigger: { kind, by: null }, ...how });
    if (!run) throw new Error('The export has an active run');
    await this.dispatch(run);
    return run._id;
  }

  async dispatch({ _id, dispatch }: Pick<RunRecord, '_id' | 'dispatch'>): Promise<void> {
    const runId = _id.toHexString();
    const place = await this.app.get(RunLineRepository).placeOf(runId);
    await this.app
      .get(QueueDispatcher)
      .dispatch('export-runs', `${runId}-${dispatch}`, { runId, dispatch }, { place });
  }

  async findRun(id: Types.ObjectId): Promise<RunRecord> {
    const run = await this.database.collection<RunRecord>('runs').findOne({ _id: id });
    if (!run) throw new Error('There is no such run');
    return run as RunRecord;
  }

  /** Lets a waiting run go on at once, as the reconciler does when its time has come. */
  async hurry(id: Types.ObjectId): Promise<void> {
    const { dispatch } = await this.until(id, ({ status, lease }) => status === 'waiting' && lease === null);
    await this.database
      .collection('runs')
      .updateOne({ _id: id, dispatch }, { $set: { dispatch: dispatch + 1, nextActionAt: new Date() } });
    await this.dispatch({ _id: id, dispatch: dispatch + 1 });
  }

  /** Waits for a run to come into a state. */
  async until(
    id: Types.ObjectId,
    is: (run: RunRecord) => boolean,
    withinMs = endDeadlineMs,
  ): Promise<RunRecord> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const run = await this.findRun(id);
      if (is(run)) return run;
      if (Date.now() > deadline)
        throw new Error(`The run is still ${run.status}: ${JSON.stringify(run.reason)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs an export to its end, and until it may run again. */
  async run(target: ExportRecord, how?: Omit<NewRun, 'trigger'>): Promise<RunRecord> {
    const run = await this.until(await this.startRun(target, how), ({ status }) => !isActive(status));
    // The run ends first, and frees its export then.
    for (const deadline = Date.now() + endDeadlineMs; Date.now() < deadline;) {
      const found = await this.exports().findById(target._id);
      if (!found?.activeRunId?.equals(run._id)) return run;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('The run has ended, and its export is not free');
  }

  /** Makes the removals of a held run, as after a person's approval. */
  approve(target: ExportRecord, { _id, removals }: RunRecord): Promise<RunRecord> {
    return this.run(target, { approval: { runId: _id, digest: String(removals?.digest) } });
  }

  /** Ends what still waits. It would wake up in a later test, and send that one's people. */
  async abandonRuns(): Promise<void> {
    await this.database.collection('runs').updateMany(
      { status: { $in: activeRunStatuses } },
      {
        $set: { status: 'cancelled', lease: null, nextActionAt: null, finishedAt: new Date() },
        $inc: { epoch: 1, dispatch: 1 },
      },
    );
    await this.database.collection('exports').updateMany({}, { $set: { activeRunId: null } });
  }

  ledgers(): DeliveryLedgerRepository {
    return this.app.get(DeliveryLedgerRepository);
  }

  exports(): ExportRepository {
    return this.app.get(ExportRepository);
  }
}
