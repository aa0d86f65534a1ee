// @ts-check
import { createRandom } from '../testbed/random.mjs';

/*
 * People who do not exist, for tests and measurements: the same number is always the same person, so any part of a
 * set can be made anywhere, in any order, and made again.
 */

/** @typedef {import('../testbed/random.mjs').Random} Random */

/**
 * @typedef {object} Place
 * @property {string} country
 * @property {string[]} first
 * @property {string[]} last
 * @property {string[]} cities
 * @property {string[]} states
 * @property {string[]} streets
 * @property {(random: Random) => string} postal
 * @property {(random: Random) => string} phone
 */

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {Record<string, string | number>} fields of the unified profile; not everybody has a phone or a company
 */

// Names and cities of several countries and scripts, so that bytes and characters differ in number.
/** @type {Place[]} */
const PLACES = [
  {
    country: 'Norway',
    first: ['Åse', 'Øyvind', 'Ingrid', 'Lars', 'Kari', 'Bjørn', 'Sigrid', 'Håkon', 'Marit', 'Ole Kristian'],
    last: ['Hansen', 'Bjørnstad', 'Ødegård', 'Nordmann', 'Lie', 'Åsheim', 'Sæther', 'Berg'],
    cities: ['Oslo', 'Tromsø', 'Bø i Telemark', 'Ålesund', 'Bergen'],
    states: ['Oslo', 'Troms', 'Telemark', 'Møre og Romsdal', 'Vestland'],
    streets: ['Storgata', 'Kirkeveien', 'Øvre Slottsgate', 'Bjørnstjerne Bjørnsons plass'],
    postal: (random) => digits(random, 4),
    phone: (random) => `+47 ${digits(random, 3)} ${digits(random, 2)} ${digits(random, 3)}`,
  },
  {
    country: 'United States',
    first: ['James', 'Josephine', 'Art', 'Lenna', 'Donette', 'Mary-Kate', 'Leota', 'Minna', 'Kris', 'Al'],
    last: ['Butt', 'Darakjy', 'Venere', 'Paprocki', "O'Brien", 'Morasca', 'Van Der Berg', 'Li'],
    cities: ['New Orleans', 'Brighton', 'Anchorage', 'San Luis Obispo', 'Rancho Santa Margarita'],
    states: ['LA', 'MI', 'AK', 'CA', 'CA'],
    streets: ['N Blue Gum St', 'Main St', 'W Cerritos Ave', 'Martin Luther King Jr Blvd'],
    postal: (random) => digits(random, 5),
    phone: (random) => `${digits(random, 3)}-${digits(random, 3)}-${digits(random, 4)}`,
  },
  {
    country: 'Deutschland',
    first: ['Jürgen', 'Käthe', 'Hans-Peter', 'Zoë', 'Björn', 'Anneliese', 'Max', 'Sören'],
    last: ['Müller', 'Groß', 'Schäfer', 'von der Leyen-Hohenstein', 'Weiß', 'Vogt'],
    cities: ['Köln', 'München', 'Garmisch-Partenkirchen', 'Ulm', 'Lübeck'],
    states: ['Nordrhein-Westfalen', 'Bayern', 'Bayern', 'Baden-Württemberg', 'Schleswig-Holstein'],
    streets: ['Königsallee', 'Am Markt', 'Straße des 17. Juni', 'Hauptstraße'],
    postal: (random) => digits(random, 5),
    phone: (random) => `+49 ${digits(random, 3)} ${digits(random, 7)}`,
  },
  {
    country: '日本',
    first: ['太郎', '花子', '健太', 'さくら'],
    last: ['佐藤', '鈴木', '高橋', '伊集院'],
    cities: ['東京', '大阪市', '札幌市', '那覇'],
    states: ['東京都', '大阪府', '北海道', '沖縄県'],
    streets: ['銀座', '梅田', '大通西', '国際通り'],
    postal: (random) => `${digits(random, 3)}-${digits(random, 4)}`,
    phone: (random) => `+81 ${digits(random, 2)} ${digits(random, 4)} ${digits(random, 4)}`,
  },
  {
    country: 'Česko',
    first: ['Jiří', 'Tereza', 'Zdeněk', 'Kateřina', 'Ľubomír'],
    last: ['Dvořák', 'Příhodová', 'Šťastný', 'Nováková'],
    cities: ['Praha', 'České Budějovice', 'Plzeň', 'Ústí nad Labem'],
    states: ['Praha', 'Jihočeský kraj', 'Plzeňský kraj', 'Ústecký kraj'],
    streets: ['Václavské náměstí', 'Dlouhá', 'Na Příkopě'],
    postal: (random) => `${digits(random, 3)} ${digits(random, 2)}`,
    phone: (random) => `+420 ${digits(random, 3)} ${digits(random, 3)} ${digits(random, 3)}`,
  },
];

// Most people live in the first two; weights in percent.
const SHARES = [40, 75, 90, 95, 100];

const COMPANIES = [
  'Feltz Printing Service',
  'Benton, John B Jr',
  'Nordlys AS',
  'Bäckerei "Zur Sonne"',
  'A/B Consulting',
];
const DOMAINS = ['example.com', 'example.org', 'example.net', 'mail.example.com', 'post.example.no'];

const PLANS = ['free', 'basic', 'plus', 'family', 'business'];

/** Which profile field goes to which field of SendGrid. */
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
 * @returns {string} ids sort as the numbers do, so a part of a set is a part of the ids too
 */
export const personId = (number) => `person-${String(number).padStart(9, '0')}`;

/**
 * @param {string | number} seed
 * @param {number} number from 0
 * @param {number} [revision] another one is the same person with something changed
 * @returns {Person}
 */
export function makePerson(seed, number, revision = 0) {
  const random = createRandom(`${seed}/${number}`);
  const percent = random.next() * 100;
  const place = PLACES[SHARES.findIndex((share) => percent < share)];
  const firstName = random.pick(place.first);
  const lastName = random.pick(place.last);
  const where = random.between(0, place.cities.length - 1);
  /** @type {Person['fields']} */
  const fields = {
    firstName,
    lastName,
    email: `${ascii(firstName) || 'taro'}.${ascii(lastName) || 'sato'}.${number}@${random.pick(DOMAINS)}`,
    addressLine1: `${random.pick(place.streets)} ${random.between(1, 200)}`,
    city: place.cities[where],
    state: place.states[where],
    country: place.country,
    postalCode: place.postal(random),
    age: random.between(18, 97),
    plan: random.pick(PLANS),
    orders: random.between(0, 120),
    revision,
  };
  // As in real files, not everybody has everything.
  if (random.chance(0.9)) fields.phone = place.phone(random);
  if (random.chance(0.3)) fields.company = random.pick(COMPANIES);
  return { id: personId(number), fields };
}

/** @type {[string, string | null][]} */
const COLUMNS = [
  ['Customer ID', null],
  ['First name', 'firstName'],
  ['Last name', 'lastName'],
  ['E-mail', 'email'],
  ['Phone', 'phone'],
  ['Address', 'addressLine1'],
  ['City', 'city'],
  ['State', 'state'],
  ['Country', 'country'],
  ['Postal code', 'postalCode'],
  ['Company', 'company'],
  ['Age', 'age'],
  ['Plan', 'plan'],
  ['Orders', 'orders'],
];

export const csvHeader = COLUMNS.map(([name]) => name);

/** @param {string} value */
const csvCell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** @param {Person} person */
function csvLine({ id, fields }) {
  return COLUMNS.map(([, key]) => csvCell(key === null ? id : String(fields[key] ?? ''))).join(',');
}

/**
 * People as a CSV file, some thousand lines at a time: `Readable.from(peopleCsv('seed', 1_000_000))`.
 *
 * @param {string | number} seed
 * @param {number} count
 * @returns {Generator<string>}
 */
export function* peopleCsv(seed, count) {
  let part = `${csvHeader.map(csvCell).join(',')}\n`;
  for (let number = 0; number < count; number += 1) {
    part += `${csvLine(makePerson(seed, number))}\n`;
    if (part.length < 65_536) continue;
    yield part;
    part = '';
  }
  yield part;
}

/** @param {Random} random @param {number} count */
function digits(random, count) {
  return Array.from({ length: count }, () => random.between(0, 9)).join('');
}

/** @param {string} text */
function ascii(text) {
  return text
    .normalize('NFKD')
    .replace(/[øØ]/g, 'o')
    .replace(/[æÆ]/g, 'ae')
    .replace(/ß/g, 'ss')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
