import assert from 'node:assert/strict';
import type { MappedRow, RateReport, SendBatch, SendReceipt } from '@audience-relay/destinations/core';
import type { Bench } from './bench';
import type { Check } from './check';
import type { RowStyle } from './rows';

const DAY_MS = 86_400_000;

export const deliveryChecks: readonly Check[] = [
  ...(['plain', 'unicode', 'awkward', 'longest', 'empty'] as const).map((style: RowStyle) => ({
    name: `delivers a single ${style} row`,
    run: (bench: Bench) => deliver(bench, bench.rows(1, style)),
  })),
  {
    name: 'delivers the largest batch that its limits allow',
    async run(bench) {
      const { maxRecords, maxBytes, envelopeBytes, separatorBytes } = bench.destination.limits;
      const [sample] = (await bench.batch(bench.rows(1))).records;
      const room = maxBytes - envelopeBytes - maxRecords;
      // Later rows have longer numbers in them.
      const each = (sample?.length ?? 0) + separatorBytes + 40;
      await deliver(bench, bench.rows(Math.min(maxRecords, Math.floor(room / each))));
    },
  },
  {
    name: 'ends well on an empty batch',
    async run(bench) {
      const receipt = await bench.send(await bench.batch([])).catch((error: unknown) => {
        assert.equal(
          typeof (error as { kind?: unknown }).kind,
          'string',
          'only a DestinationError may be thrown',
        );
      });
      if (receipt) assert.deepEqual(receipt.rejected, []);
    },
  },
  {
    name: 'can be repeated: a batch sent twice leaves everybody there once',
    async run(bench) {
      const rows = bench.rows(3);
      const batch = await bench.batch(rows);
      for (let time = 0; time < 2; time += 1) await bench.settled(accepted(await bench.send(batch)).handle);
      await bench.arrived(rows);
      const stored = await bench.service.stored();
      for (const { identity } of rows) {
        assert.equal(stored.filter((each) => each === identity).length, 1, 'a person is there once');
      }
    },
  },
  {
    name: 'names a bad row by its index, and delivers the others',
    appliesTo: ({ spoil }) => spoil !== undefined,
    async run(bench) {
      const [good, other, another] = bench.rows(3);
      assert.ok(good && other && another && bench.subject.spoil);
      const bad = bench.subject.spoil(other);
      const rejected = await rejectedIndexes(bench, [good, bad, another]);
      assert.deepEqual(rejected, [1], 'exactly the bad row is rejected');
      await bench.arrived([good, another]);
      assert.ok(!(await bench.service.stored()).includes(bad.identity), 'the bad row is not stored');
    },
  },
  {
    name: 'gives a handle for each batch when it is confirmed later, and confirms it',
    appliesTo: ({ destination }) => destination.capabilities.confirmation === 'async',
    async run(bench) {
      const rows = bench.rows(4);
      const { handle } = accepted(await bench.send(await bench.batch(rows)));
      assert.ok(handle && handle.length <= 500, 'a handle has 1 to 500 characters');
      const verdict = await bench.settled(handle);
      assert.equal((verdict?.created ?? 0) + (verdict?.updated ?? 0), rows.length);
      assert.equal(verdict?.failed, 0);
      assert.deepEqual(verdict?.issues, []);
    },
  },
  {
    name: 'reports rates that make sense',
    async run(bench) {
      const { rates = [] } = accepted(await bench.send(await bench.batch(bench.rows(1))));
      for (const rate of rates) assertSensible(rate);
    },
  },
  {
    name: 'takes people off the target, and does not mind those who are not there',
    appliesTo: ({ destination }) => destination.remove !== undefined,
    async run(bench) {
      const { destination } = bench;
      const rows = bench.rows(3);
      await deliver(bench, rows);
      const gone = rows.slice(0, 2);
      const [stranger] = bench.rows(1);
      assert.ok(stranger && destination.remove);
      const removals = [...gone, stranger].map(({ identity }) => ({ identity }));
      for (const key of ['removal-1', 'removal-2']) {
        const receipt = await destination.remove({ key, removals }, bench.context(), await bench.session());
        assert.deepEqual(receipt.rejected, []);
        assert.ok(receipt.unknown.every((index) => index < removals.length));
        assert.equal(receipt.removed + receipt.unknown.length, removals.length);
        assert.ok(receipt.requests >= 1);
        for (const rate of receipt.rates ?? []) assertSensible(rate);
        await bench.settled(receipt.handle);
        await bench.arrived(gone, 'none');
      }
      await bench.arrived(rows.slice(2));
    },
  },
  {
    name: 'lists who is on the target, each once, so that they can be taken off',
    appliesTo: ({ destination }) => destination.listPeople !== undefined,
    async run(bench) {
      const { destination } = bench;
      const rows = bench.rows(3);
      await deliver(bench, rows);
      const people = await bench.listed();
      const identities = people.map(({ identity }) => identity);
      assert.deepEqual([...new Set(identities)].sort(), [...(await bench.service.stored())].sort());
      assert.equal(new Set(identities).size, identities.length, 'nobody is listed twice');
      const removals = people.filter(({ identity }) => rows.some((row) => row.identity === identity));
      assert.equal(removals.length, rows.length, 'identities are listed in the form in which rows have them');
      const batch = { key: 'removal-of-listed', removals };
      const receipt = await destination.remove?.(batch, bench.context(), await bench.session());
      assert.equal(receipt?.removed, rows.length);
      await bench.settled(receipt?.handle);
      await bench.arrived(rows, 'none');
      const left = (await bench.listed()).map(({ identity }) => identity);
      assert.ok(!rows.some(({ identity }) => left.includes(identity)), 'who was taken off is not listed');
    },
  },
];

/** Sends the rows and waits until they are there. */
async function deliver(bench: Bench, rows: readonly MappedRow[]): Promise<void> {
  const receipt = accepted(await bench.send(await bench.batch(rows)));
  assert.deepEqual(receipt.rejected, []);
  const verdict = await bench.settled(receipt.handle);
  assert.deepEqual(verdict?.issues ?? [], []);
  assert.equal(verdict?.failed ?? 0, 0);
  await bench.arrived(rows);
}

/**
 * Sends rows as the host does: rows that a refusal names are taken out, and when it names none, halves are sent.
 * Returns the positions of rows that were rejected on the way, or later.
 */
async function rejectedIndexes(bench: Bench, rows: readonly MappedRow[]): Promise<number[]> {
  const rejected: number[] = [];
  const sendPart = async (indexes: readonly number[]): Promise<void> => {
    if (indexes.length === 0) return;
    const batch: SendBatch = await bench.batch(indexes.map((index) => rows[index] as MappedRow));
    const receipt = await bench.send(batch);
    const named = receipt.rejected.map((issue) => indexes[issue.index] as number);
    rejected.push(...named);
    if (receipt.status === 'refused') {
      const rest = indexes.filter((index) => !named.includes(index));
      if (named.length > 0) return sendPart(rest);
      if (rest.length === 1) return void rejected.push(...rest);
      const middle = Math.ceil(rest.length / 2);
      await sendPart(rest.slice(0, middle));
      return sendPart(rest.slice(middle));
    }
    const verdict = await bench.settled(receipt.handle);
    for (const issue of verdict?.issues ?? []) {
      const byIdentity = indexes.find((index) => rows[index]?.identity === issue.identity);
      rejected.push(issue.index === undefined ? (byIdentity ?? -1) : (indexes[issue.index] ?? -1));
    }
  };
  await sendPart(rows.map((_, index) => index));
  return rejected.sort((a, b) => a - b);
}

function accepted(receipt: SendReceipt): Extract<SendReceipt, { status: 'accepted' }> {
  if (receipt.status === 'refused') throw new Error(`The batch was refused: ${receipt.message}`);
  return receipt;
}

function assertSensible({ bucket, limit, remaining, resetAfterMs }: RateReport): void {
  assert.notEqual(bucket, '');
  assert.ok(
    (remaining ?? 0) >= 0 && (remaining ?? 0) <= (limit ?? Infinity),
    'remaining is within the limit',
  );
  assert.ok((resetAfterMs ?? 0) >= 0 && (resetAfterMs ?? 0) <= DAY_MS, 'the window ends within a day');
}
