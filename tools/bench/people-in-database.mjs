// @ts-check
import { makePerson } from '../generate-people/people.mjs';

const WRITE_SIZE = 2_000;

/**
 * Puts people straight into the database, as members of segments. An import would take several times as long, and is
 * measured by itself.
 *
 * @param {import('../testbed/system.mjs').Testbed} testbed
 * @param {object} options
 * @param {string} options.seed
 * @param {number} options.count
 * @param {{ id: import('mongoose').mongo.ObjectId, first: number, count: number }[]} options.segments which of them
 *   have whom, by number
 */
export async function fillProfiles(testbed, { seed, count, segments }) {
  /** @type {import('mongoose').mongo.Collection<any>} */
  const profiles = testbed.db.collection('profiles');
  /** @type {Promise<unknown>} */
  let writing = Promise.resolve();
  for (let from = 0; from < count; from += WRITE_SIZE) {
    const documents = Array.from({ length: Math.min(WRITE_SIZE, count - from) }, (_, index) => {
      const number = from + index;
      const { id, fields } = makePerson(seed, number);
      const member = segments.filter(({ first, count: size }) => number >= first && number < first + size);
      return { _id: id, fields, segments: member.map((segment) => segment.id), updatedAt: new Date() };
    });
    // The next people are made while these are written.
    await writing;
    writing = profiles.insertMany(documents, { ordered: false });
  }
  await writing;
}
