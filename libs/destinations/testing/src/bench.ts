import assert from 'node:assert/strict';
import {
  withDefaults,
  type Confirmation,
  type ConnectionContext,
  type Destination,
  type ExportContext,
  type FieldValues,
  type MappedRow,
  type Mapping,
  type Removal,
  type SendBatch,
  type SendReceipt,
} from '@audience-relay/destinations/core';
import { mappingOf, rowMaker, type RowStyle } from './rows';
import type { Service, Subject } from './subject';

/** How often is asked again. */
const INTERVAL_MS = 50;

type Context = ExportContext<Record<string, never>, Record<string, never>>;

/** A plugin beside its service, and the small things that every check does with them. */
export class Bench {
  readonly mapping: Mapping;
  readonly row: (number: number, style?: RowStyle) => MappedRow;
  private sessions: Promise<unknown> | undefined;
  private batches = 0;
  private people = 0;

  readonly destination: Destination;

  private constructor(
    readonly subject: Subject,
    readonly service: Service,
    private readonly patienceMs: number,
  ) {
    this.destination = subject.destination;
    this.mapping = mappingOf(subject);
    this.row = rowMaker(this.destination, this.mapping);
  }

  /** @param patienceMs how long what was accepted may take to arrive */
  static async start(subject: Subject, patienceMs = 20_000): Promise<Bench> {
    return new Bench(subject, await subject.start(), patienceMs);
  }

  /** A connection to another address; for checks of plugins that use the network. */
  connectionTo(address: string, timeoutSeconds: number): FieldValues {
    assert.ok(this.subject.connectionTo);
    return this.subject.connectionTo(address, timeoutSeconds);
  }

  /** The context of a call; `connection` replaces the working one. */
  context(
    given: { connection?: FieldValues; signal?: AbortSignal } = {},
  ): ConnectionContext<Record<string, never>> & Context {
    const { connection, settings } = this.destination;
    const values = withDefaults(connection.fields, given.connection ?? this.service.connection);
    return {
      connection: Object.freeze(values) as Record<string, never>,
      settings: Object.freeze(withDefaults(settings.fields, this.service.settings)) as Record<string, never>,
      mapping: this.mapping,
      signal: given.signal ?? new AbortController().signal,
      runId: 'conformance',
      dryRun: false,
    };
  }

  /** One session for all checks: making custom fields may take a while. */
  session(): Promise<unknown> {
    this.sessions ??= this.destination.prepare(this.context());
    return this.sessions;
  }

  /** Rows of people who were not used before. */
  rows(count: number, style: RowStyle = 'plain'): MappedRow[] {
    return Array.from({ length: count }, () => this.row((this.people += 1), style));
  }

  async batch(rows: readonly MappedRow[]): Promise<SendBatch> {
    const session = await this.session();
    this.batches += 1;
    return { key: `${this.batches}`, records: rows.map((row) => this.destination.encode(row, session)) };
  }

  async send(batch: SendBatch): Promise<SendReceipt> {
    return this.destination.send(batch, this.context(), await this.session());
  }

  /** Asks what became of a batch until it is known; a plugin without handles is done at once. */
  async settled(handle: string | undefined): Promise<Extract<Confirmation, { status: 'done' }> | undefined> {
    if (handle === undefined || !this.destination.confirm) return undefined;
    return this.until('the batch is confirmed', async () => {
      const verdict = await this.destination.confirm?.(handle, this.context());
      return verdict?.status === 'done' ? verdict : undefined;
    });
  }

  /** Waits until the service holds all of these people, or none of them. */
  async arrived(rows: readonly MappedRow[], expected: 'all' | 'none' = 'all'): Promise<void> {
    const wanted = rows.map((row) => row.identity);
    await this.until(`the service holds ${expected} of ${wanted.length} people`, async () => {
      const stored = new Set(await this.service.stored());
      const found = wanted.filter((identity) => stored.has(identity)).length;
      return found === (expected === 'all' ? wanted.length : 0) || undefined;
    });
  }

  /** Everybody whom `listPeople` names, asked as the host asks. */
  async listed(): Promise<Removal[]> {
    const people: Removal[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 1_000; pages += 1) {
      const page = await this.until('the people of the target are listed', async () => {
        const answer = await this.destination.listPeople?.(cursor, this.context(), await this.session());
        assert.ok(answer, 'the plugin can list people');
        const next = answer.status === 'pending' ? answer.cursor : answer.nextCursor;
        assert.ok((next ?? '').length <= 500, 'a cursor has at most 500 characters');
        if (answer.status === 'page') return answer;
        cursor = answer.cursor;
        return undefined;
      });
      people.push(...page.people);
      if (page.nextCursor === undefined) return people;
      cursor = page.nextCursor;
    }
    throw new Error('listPeople() never comes to a last page.');
  }

  /** Asks again until there is an answer. */
  private async until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + this.patienceMs;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      if (Date.now() > deadline) throw new Error(`Waited ${this.patienceMs} ms in vain until ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }
}
