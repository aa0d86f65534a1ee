// @ts-check
import { Readable } from 'node:stream';
import { makePerson } from '../../generate-people/people.mjs';
import { bare, median, medianRatio } from '../measure.mjs';

const ROUNDS = 3;

/**
 * (f): rows a second of an import, over a bare insertMany of the same people.
 *
 * @param {import('../context.mjs').BenchContext} context
 */
export async function measureImport(context) {
  const { testbed, seed, large } = context;
  const count = context.quick ? 20_000 : 50_000;
  const [ours, theirs] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = large.first + large.count + round * count;
    const { ms } = await bare('insert.mjs', {
      ...{ uri: testbed.services.mongodbUri, database: testbed.db.databaseName, seed, first, count },
    });
    theirs.push(ms);
    ours.push(await importPeople(context, first, count));
  }
  const ratio = medianRatio(ours, theirs).toFixed(2);
  context.add({
    letter: 'f',
    what: `import of ${count} new people over a bare insertMany`,
    value: `${perSecond(count, ours)} / ${perSecond(count, theirs)} rows a second, ${ratio} times as long`,
  });
  context.raw.import = { count, ours, theirs };
}

/**
 * @param {import('../context.mjs').BenchContext} context
 * @param {number} first
 * @param {number} count
 * @returns {Promise<number>} milliseconds
 */
async function importPeople({ testbed, seed }, first, count) {
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
  return ms;
}

/** @param {string[]} lines */
function* chunksOf(lines) {
  for (let from = 0; from < lines.length; from += 500) yield lines.slice(from, from + 500).join('');
}

/** @param {number} count @param {readonly number[]} times */
const perSecond = (count, times) => Math.round((count / median(times)) * 1_000);
