import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csvHeader, idOf, people, peopleCsv, personOf } from './people.mjs';

describe('generated people', () => {
  it('are the same every time, alone or in a row', () => {
    const all = [...people(2_000, { seed: 7 })];
    assert.deepEqual(all[1_234], personOf(1_234, { seed: 7 }));
    assert.notDeepEqual(personOf(1_234, { seed: 8 }), all[1_234]);
  });

  it('have ids in the order of their numbers, and an address nobody else has', () => {
    const all = [...people(20_000)];
    assert.equal(new Set(all.map(({ fields }) => fields.email)).size, all.length);
    assert.deepEqual(
      all.map(({ id }) => id),
      [...all.map(({ id }) => id)].sort(),
    );
    assert.ok(all.every(({ fields }) => /^[a-z]+\.[a-z]+\.\d+@[a-z.]+$/.test(fields.email)));
    assert.equal(idOf(999_999_999).length, idOf(0).length);
  });

  it('are of several scripts and lengths, and lack what people lack', () => {
    const all = [...people(5_000)];
    /** @param {(person: import('./people.mjs').Person) => boolean} has */
    const share = (has) => all.filter(has).length / all.length;
    assert.ok(share(({ fields }) => Buffer.byteLength(fields.firstName) > fields.firstName.length) > 0.2);
    assert.ok(Math.abs(share(({ fields }) => fields.country === 'Norway') - 0.4) < 0.05);
    assert.ok(Math.abs(share(({ fields }) => fields.phone === undefined) - 0.1) < 0.03);
    assert.ok(new Set(all.map(({ fields }) => fields.city.length)).size > 8);
  });

  it('change in one field with a new version', () => {
    const before = personOf(5).fields;
    const after = personOf(5, { version: 1 }).fields;
    assert.deepEqual(after, { ...before, points: before.points + 1 });
  });

  it('make a CSV file that reads back', () => {
    const rows = parse([...peopleCsv(3_000)].join(''));
    assert.deepEqual(rows[0], csvHeader);
    assert.equal(rows.length, 3_001);
    const { id, fields } = personOf(2_999);
    assert.equal(rows[3_000][0], id);
    assert.equal(rows[3_000][10], fields.company ?? '');
  });
});
