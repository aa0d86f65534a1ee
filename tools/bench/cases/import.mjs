// @ts-check
import { Readable } from 'node:stream';
import { makePerson } from '../../generate-people/people.mjs';
import { bare } from '../measure.mjs';

/**
 * (f): rows a second of an import, over a bare insertMany of the same people.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureImport(context) {
  const { testbed, seed, large } = context;
  const count = context.quick ? 20_000 : 100_000;
  const first = large.first + large.count;
  const { ms: bareMs } = await bare('insert.mjs', {
    ...{ uri: testbed.services.mongodbUri, database: testbed.db.databaseName, seed, first, count },
  });

  /** @type {string[]} */
  const lines = [];
  for (let number = first; number < first + count; number += 1) {
    const { id, fields } = makePerson(seed, number);
    lines.push(`${JSON.stringify({ id, ...fields })}\n`);
  }
  const began = performance.now();
  const { counts, status } = await testbed.call(
    'POST',
    '/profiles/imports?format=ndjson&idColumn=id&name=bench.ndjson',
    {
      stream: Readable.from(chunksOf(lines)),
      type: 'application/x-ndjson',
    },
  );
  const ms = performance.now() - began;
  if (counts.created !== count) throw new Error(`The import ${status}: ${JSON.stringify(counts)}`);
  context.add({
    letter: 'f',
    what: `import of ${count} new people over a bare insertMany`,
    value: `${perSecond(count, ms)} / ${perSecond(count, bareMs)} rows a second = ${(ms / bareMs).toFixed(2)} times as long`,
  });
  context.raw.import = { count, ms, bareMs };
}

/** @param {string[]} lines */
function* chunksOf(lines) {
  for (let from = 0; from < lines.length; from += 500) yield lines.slice(from, from + 500).join('');
}

/** @param {number} count @param {number} ms */
const perSecond = (count, ms) => Math.round((count / ms) * 1_000);
