// @ts-check
/*
 * The least that an import can be: the same people, given to the database as they are.
 *
 *   node insert.mjs '{"uri", "database", "seed", "first", "count"}'      prints {"ms"}
 */
import mongoose from 'mongoose';
import { makePerson } from '../../generate-people/people.mjs';

const { uri, database, seed, first, count } = JSON.parse(process.argv[2]);
const SIZE = 1_000;
const client = await new mongoose.mongo.MongoClient(uri).connect();
const collection = client.db(database).collection('barepeople');
const people = Array.from({ length: count }, (_, index) => makePerson(seed, first + index)).map(
  ({ id, fields }) => ({
    _id: /** @type {any} */ (id),
    fields,
    updatedAt: new Date(),
  }),
);
const began = performance.now();
for (let from = 0; from < count; from += SIZE) {
  await collection.insertMany(people.slice(from, from + SIZE), { ordered: false });
}
console.log(JSON.stringify({ ms: performance.now() - began }));
await collection.drop();
await client.close();
