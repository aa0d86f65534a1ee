import assert from 'node:assert/strict';
import {
  assertValidDefinition,
  checkValues,
  describeDestination,
  type MappedRow,
  type MappingFieldSpec,
} from '@audience-relay/destinations/core';
import type { Bench } from './bench';
import type { Check } from './check';
import { mappingOf, UNICODE, type RowStyle } from './rows';

const styles: readonly RowStyle[] = ['plain', 'unicode', 'awkward', 'longest', 'empty'];

export const definitionChecks: readonly Check[] = [
  {
    name: 'is well defined and can be described as JSON',
    async run({ destination }) {
      assertValidDefinition(destination);
      const description = describeDestination(destination);
      assert.deepEqual(JSON.parse(JSON.stringify(description)), description);
    },
  },
  {
    name: 'accepts its own connection and settings, and a working key',
    async run(bench) {
      const { destination, service } = bench;
      assert.deepEqual(checkValues(destination.connection.fields, service.connection).problems, []);
      assert.deepEqual(checkValues(destination.settings.fields, service.settings).problems, []);
      assert.deepEqual((await destination.test(bench.context())).missingScopes, []);
    },
  },
  {
    name: 'lists targets in pages, searches and creates them',
    appliesTo: ({ destination }) => destination.targets !== undefined,
    async run(bench) {
      const { destination } = bench;
      const name = 'Conformance Ærø';
      if (destination.createTarget) {
        const made = await destination.createTarget(bench.context(), name);
        const found = await allTargets(bench, 'CONFORMANCE ær');
        assert.ok(found.includes(made.id), 'a new target is found by a part of its name in any case');
      }
      const ids = await allTargets(bench);
      assert.equal(new Set(ids).size, ids.length, 'no target is on two pages');
      const field = Object.entries(destination.settings.fields).find(([, spec]) => spec.type === 'target');
      if (field)
        assert.ok(ids.includes(String(bench.service.settings[field[0]])), 'the target in use is listed');
      assert.deepEqual(await allTargets(bench, 'no target is called this'), []);
    },
  },
  {
    name: 'encodes a row purely: the same bytes each time, and the row as it was',
    async run(bench) {
      const session = await bench.session();
      const encodeAll = (rows: readonly MappedRow[]) =>
        rows.map((row) => Buffer.from(bench.destination.encode(row, session)));
      const rows = styles.flatMap((style) => bench.rows(1, style));
      for (const row of rows) [row, row.fields, row.custom].forEach(Object.freeze);
      const first = encodeAll(rows);
      // A clock in the bytes would show: its milliseconds and its seconds have moved on.
      await new Promise((resolve) => setTimeout(resolve, 1_001));
      assert.deepEqual(encodeAll(rows), first);
    },
  },
  {
    name: 'never makes a body larger than its records, separators and envelope',
    async run(bench) {
      const { destination } = bench;
      const { envelopeBytes, separatorBytes, maxBytes } = destination.limits;
      for (const style of styles) {
        for (const count of [1, 2, 7]) {
          const batch = await bench.batch(bench.rows(count, style));
          const { body } = destination.preview(batch, bench.context(), await bench.session());
          const counted =
            batch.records.reduce((sum, record) => sum + record.length, 0) +
            (count - 1) * separatorBytes +
            envelopeBytes;
          const size = Buffer.byteLength(body);
          assert.ok(
            size <= counted,
            `${count} ${style} rows: the body has ${size} bytes, the host counts ${counted}`,
          );
          assert.ok(counted <= maxBytes, `${count} ${style} rows must fit in one batch`);
        }
      }
    },
  },
  {
    name: 'writes text as UTF-8',
    appliesTo: (subject) =>
      mappingOf(subject).custom.some(({ type }) => type === 'text') ||
      Object.values(subject.destination.mapping.fields).some(isFreeText),
    async run(bench) {
      const batch = await bench.batch(bench.rows(1, 'unicode'));
      const { body } = bench.destination.preview(batch, bench.context(), await bench.session());
      const escaped = JSON.stringify(UNICODE).slice(1, -1);
      assert.ok(
        body.includes(UNICODE) || body.includes(escaped),
        'the text is in the body, character by character',
      );
      assert.ok(!body.includes('\ufffd'), 'no character was replaced');
    },
  },
];

function isFreeText({ type, format, maxLength }: MappingFieldSpec): boolean {
  return type === 'text' && format === undefined && (maxLength ?? Infinity) >= UNICODE.length;
}

/** The ids of all targets, read two at a time. */
async function allTargets(bench: Bench, search?: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 1_000; pages += 1) {
    const page = await bench.destination.targets?.(bench.context(), { cursor, search, limit: 2 });
    assert.ok(page && page.items.length <= 2, 'a page has no more targets than were asked for');
    ids.push(...page.items.map((target) => target.id));
    if (page.nextCursor === undefined) return ids;
    cursor = page.nextCursor;
  }
  throw new Error('targets() never comes to a last page.');
}
