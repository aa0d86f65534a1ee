// @ts-check
import { createRandom } from './random.mjs';

/*
 * People who do not exist, the same for the same seed: names and places in several scripts, of the lengths that occur.
 */

const FIRST_NAMES = [
  ...[
    'Anna',
    'Ola',
    'Maria',
    'James',
    'Åse',
    'Jürgen',
    'Zoë',
    'José',
    'François',
    'Björn',
    'Ingrid',
    'Łukasz',
  ],
  ...[
    'Siobhán',
    'Mary-Ann',
    "D'Andre",
    'Nguyễn',
    'Олександр',
    'Ελένη',
    '美咲',
    '지훈',
    'محمد',
    'Maximilian Alexander',
  ],
];
const LAST_NAMES = [
  ...[
    'Hansen',
    'Smith',
    'Nordmann',
    "O'Neill",
    'Müller',
    'García Márquez',
    'Sørensen',
    'Dvořák',
    'van der Berg',
  ],
  ...[
    'Kowalczyk',
    'Þórsdóttir',
    'Иванова',
    'Παπαδόπουλος',
    '佐藤',
    '김',
    'عبد الله',
    'Wolfeschlegelsteinhausen',
  ],
];
const PLACES = [
  ['Oslo', 'Oslo', '0152', 'Norway'],
  ['Tromsø', 'Troms', '9008', 'Norway'],
  ['New York', 'NY', '10001', 'United States'],
  ['San Francisco', 'CA', '94103', 'United States'],
  ['Köln', 'Nordrhein-Westfalen', '50667', 'Germany'],
  ['Saint-Étienne', 'Auvergne-Rhône-Alpes', '42000', 'France'],
  ['東京', '東京都', '100-0001', '日本'],
  ['Київ', 'Київ', '01001', 'Україна'],
  ['Llanfairpwllgwyngyll', 'Anglesey', 'LL61 5UJ', 'United Kingdom'],
];
const MAIL_HOSTS = ['mail.example', 'post.example.org', 'customers.example.net', 'kunde.example.com'];
const PLANS = ['free', 'basic', 'plus', 'family', 'business'];

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {Record<string, string | number>} fields of the unified profile
 */

/** The profile fields of these people, and which field of SendGrid takes which. */
export const MAPPING = {
  email: 'email',
  first_name: 'firstName',
  last_name: 'lastName',
  city: 'city',
  state_province_region: 'state',
  postal_code: 'postalCode',
  country: 'country',
};

/**
 * @param {number} number
 * @returns {string} ids sort as the numbers do
 */
export const personId = (number) => `person-${String(number).padStart(8, '0')}`;

/**
 * @param {string | number} seed
 * @param {number} number
 * @returns {Person}
 */
export function makePerson(seed, number) {
  const random = createRandom(`${seed}/${number}`);
  const [city, state, postalCode, country] = random.pick(PLACES);
  return {
    id: personId(number),
    fields: {
      email: `person.${number.toString(36)}.${random.between(10, 9_999)}@${random.pick(MAIL_HOSTS)}`,
      firstName: random.pick(FIRST_NAMES),
      lastName: random.pick(LAST_NAMES),
      city,
      state,
      postalCode,
      country,
      plan: random.pick(PLANS),
      orders: random.between(0, 120),
      revision: 0,
    },
  };
}
