import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csvHeader, makePerson, peopleCsv, personId } from './people.mjs';

/** @param {number} count */
const people = (count) => Array.from({ length: count }, (_, number) => makePerson(7, number));

describe('generated people', () => {
  it('are the same every time, and others with another seed', () => {
    assert.deepEqual(makePerson(7, 1_234), makePerson(7, 1_234));
    assert.notDeepEqual(makePerson(8, 1_234), makePerson(7, 1_234));
  });

  it('have ids in the order of their numbers, and an address nobody else has', () => {
    const all = people(20_000);
    assert.equal(new Set(all.map(({ fields }) => fields.email)).size, all.length);
    assert.deepEqual(
      all.map(({ id }) => id),
      [...all.map(({ id }) => id)].sort(),
    );
    assert.ok(all.every(({ fields }) => /^[a-z]+\.[a-z]+\.\d+@[a-z.]+$/.test(String(fields.email))));
    assert.equal(personId(999_999_999).length, personId(0).length);
  });

  it('are of several scripts and lengths, and lack what people lack', () => {
    const all = people(5_000);
    /** @param {(person: import('./people.mjs').Person) => boolean} has */
    const share = (has) => all.filter(has).length / all.length;
    const inBytes = (/** @type {unknown} */ value) => Buffer.byteLength(String(value));
    assert.ok(share(({ fields }) => inBytes(fields.firstName) > String(fields.firstName).length) > 0.2);
    assert.ok(Math.abs(share(({ fields }) => fields.country === 'Norway') - 0.4) < 0.05);
    assert.ok(Math.abs(share(({ fields }) => fields.phone === undefined) - 0.1) < 0.03);
    assert.ok(new Set(all.map(({ fields }) => String(fields.city).length)).size > 8);
  });

  it('change in one field with a new revision', () => {
    const { id, fields } = makePerson(7, 5);
    assert.deepEqual(makePerson(7, 5, 1), { id, fields: { ...fields, revision: 1 } });
  });

  it('make a CSV file that reads back', () => {
    const rows = parse([...peopleCsv(7, 3_000)].join(''));
    assert.deepEqual(rows[0], csvHeader);
    assert.equal(rows.length, 3_001);
    const { id, fields } = makePerson(7, 2_999);
    assert.equal(rows[3_000][0], id);
    assert.equal(rows[3_000][10], fields.company ?? '');
  });
});
