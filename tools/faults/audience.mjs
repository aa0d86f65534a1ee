// @ts-check
import { makePerson } from '../generate-people/people.mjs';

/** Every so many people: one whose address is nobody's, one whom the destination refuses late, one who is there twice. */
const ODD_EVERY = 97;
const WRITE_SIZE = 1_000;
/** @type {Individual['kind'][]} */
const ODD_KINDS = ['no-address', 'refused', 'fine', 'twice'];

/**
 * @typedef {object} Individual
 * @property {string} id
 * @property {string} email as the profile has it
 * @property {string} firstName
 * @property {number} revision
 * @property {boolean} member
 * @property {'fine' | 'no-address' | 'refused' | 'twice'} kind
 */

/**
 * The profiles of a fault test as they must be, beside those in the database. Membership is written as a refresh
 * writes it, and in accordance with the segment's rule.
 */
export class Audience {
  /** @type {Individual[]} in the order of their ids */
  people = [];

  /**
   * @param {import('../testbed/system.mjs').Testbed} testbed
   * @param {import('mongoose').mongo.ObjectId} segmentId
   * @param {{ seed: string | number, textLength: number, firstNumber: number, memberOf: string }} options
   *   `firstNumber`: audiences do not share profiles; `memberOf`: what the field `member` of members says
   */
  constructor(testbed, segmentId, { seed, textLength, firstNumber, memberOf }) {
    /** @type {import('mongoose').mongo.Collection<any>} */
    this.profiles = testbed.db.collection('profiles');
    this.segmentId = segmentId;
    this.seed = seed;
    this.firstNumber = firstNumber;
    this.memberOf = memberOf;
    // Ends in a letter: values are trimmed on the way.
    this.text = 'En ærlig og ganske lang tekst'.repeat(Math.ceil(textLength / 29));
    this.addresses = 0;
  }

  /** @param {number} count of people to add, nine of ten of them members */
  async add(count) {
    const first = this.people.length;
    const documents = [];
    for (let number = first; number < first + count; number += 1) {
      const { id, fields } = makePerson(this.seed, this.firstNumber + number);
      const kind = ODD_KINDS[number % ODD_EVERY] ?? 'fine';
      const before = this.people.at(-1);
      const email = this.#addressOf(kind, String(fields.email), before?.email ?? '');
      const person = { id, email, firstName: String(fields.firstName), revision: 0, kind };
      this.people.push({ ...person, member: kind !== 'fine' || number % 10 !== 9 });
      const { member } = this.people[number];
      documents.push({
        _id: id,
        fields: {
          ...fields,
          email,
          phone: kind === 'refused' ? 'none' : '+47 22 00 00 00',
          member: member ? this.memberOf : 'out',
          text: this.text,
        },
        ...(member && { segments: [this.segmentId] }),
        updatedAt: new Date(),
      });
    }
    for (let from = 0; from < documents.length; from += WRITE_SIZE) {
      await this.profiles.insertMany(documents.slice(from, from + WRITE_SIZE), { ordered: false });
    }
  }

  /**
   * Some join, some leave, some get another value or another address.
   *
   * @param {import('../testbed/random.mjs').Random} random
   * @param {number} share of the people whom something happens to
   */
  async change(random, share) {
    const updates = [];
    for (const [index, person] of this.people.entries()) {
      // The odd ones stay as they are: what becomes of them must be the same in every run.
      const isOdd = person.kind !== 'fine' || this.people[index + 1]?.kind === 'twice';
      if (isOdd || !random.chance(share)) continue;
      const what = random.pick(['membership', 'value', 'value', 'address']);
      if (what === 'membership') person.member = !person.member;
      if (what === 'value') person.revision += 1;
      if (what === 'address') person.email = `moved.${(this.addresses += 1)}.${person.id}@post.example.org`;
      const $set = {
        'fields.email': person.email,
        'fields.revision': person.revision,
        'fields.member': person.member ? this.memberOf : 'out',
        segments: person.member ? [this.segmentId] : [],
      };
      updates.push({ updateOne: { filter: { _id: person.id }, update: { $set } } });
    }
    for (let from = 0; from < updates.length; from += WRITE_SIZE) {
      await this.profiles.bulkWrite(updates.slice(from, from + WRITE_SIZE), { ordered: false });
    }
  }

  get members() {
    return this.people.filter(({ member }) => member);
  }

  /** @param {Individual['kind']} kind @param {string} email @param {string} before */
  #addressOf(kind, email, before) {
    if (kind === 'no-address') return 'nobody at nowhere';
    if (kind === 'twice') return ` ${before.toUpperCase()} `;
    return email;
  }
}
