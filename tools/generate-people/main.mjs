// node tools/generate-people/main.mjs COUNT [--seed WORD] > people.csv
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { peopleCsv } from './people.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' } },
});
const count = Number(positionals[0]);
if (!Number.isInteger(count) || count < 1) {
  console.error('How many people? node tools/generate-people/main.mjs COUNT [--seed WORD] > people.csv');
  process.exit(1);
}
await pipeline(Readable.from(peopleCsv(values.seed, count)), process.stdout);
