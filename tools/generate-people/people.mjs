// @ts-check
/**
 * People who do not exist, for tests and measurements: the same number is always the same person, so any part of a
 * set can be made anywhere, in any order, and made again.
 */

/** @typedef {() => number} Random A number from 0 to 1, 1 excluded. */

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
 * @typedef {object} Fields
 * @property {string} firstName
 * @property {string} lastName
 * @property {string} email
 * @property {string} [phone]
 * @property {string} [company]
 * @property {string} addressLine1
 * @property {string} city
 * @property {string} state
 * @property {string} country
 * @property {string} postalCode
 * @property {number} age
 * @property {number} points
 */

/** @typedef {{ id: string, fields: Fields }} Person */
/** @typedef {{ seed?: number, version?: number }} PersonOptions */

// Names and cities of several countries and scripts, so that bytes and characters differ in number.
/** @type {Place[]} */
const places = [
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
const shares = [40, 75, 90, 95, 100];

const companies = [
  'Feltz Printing Service',
  'Benton, John B Jr',
  'Nordlys AS',
  'Bäckerei "Zur Sonne"',
  'A/B Consulting',
];
const domains = ['example.com', 'example.org', 'example.net', 'mail.example.com', 'post.example.no'];

/**
 * A quick generator of numbers that look random: the same seed gives the same ones (mulberry32).
 * @param {number} seed
 * @returns {Random}
 */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * @param {Random} random
 * @param {number} count
 */
function digits(random, count) {
  let text = '';
  for (let at = 0; at < count; at += 1) text += Math.floor(random() * 10);
  return text;
}

/**
 * @param {Random} random
 * @param {string[]} list
 */
function oneOf(random, list) {
  return list[Math.floor(random() * list.length)];
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

/**
 * Ids in the order of numbers, so that a part of a set is a part of the ids too.
 * @param {number} number
 */
export function idOf(number) {
  return `p${String(number).padStart(9, '0')}`;
}

/**
 * One person: `{ id, fields }` with the keys that an import of `csvHeader` gives.
 * @param {number} number From 0.
 * @param {PersonOptions} [options] Another `version` is the same person with something changed.
 * @returns {Person}
 */
export function personOf(number, { seed = 1, version = 0 } = {}) {
  const random = randomOf(Math.imul(number + 1, 2_654_435_761) ^ seed);
  const percent = random() * 100;
  const place = places[shares.findIndex((share) => percent < share)];
  const firstName = oneOf(random, place.first);
  const lastName = oneOf(random, place.last);
  const where = Math.floor(random() * place.cities.length);
  /** @type {Fields} */
  const fields = {
    firstName,
    lastName,
    email: `${ascii(firstName) || 'taro'}.${ascii(lastName) || 'sato'}.${number}@${oneOf(random, domains)}`,
    phone: place.phone(random),
    addressLine1: `${oneOf(random, place.streets)} ${1 + Math.floor(random() * 200)}`,
    city: place.cities[where],
    state: place.states[where],
    country: place.country,
    postalCode: place.postal(random),
    age: 18 + Math.floor(random() * 80),
    points: Math.floor(random() * 10_000) + version,
  };
  // As in real files, not everybody has everything.
  if (random() < 0.3) fields.company = oneOf(random, companies);
  if (random() < 0.1) delete fields.phone;
  return { id: idOf(number), fields };
}

/**
 * People one after the other.
 * @param {number} count
 * @param {PersonOptions} [options]
 */
export function* people(count, options = {}) {
  for (let number = 0; number < count; number += 1) yield personOf(number, options);
}

/** @type {[string, keyof Fields | null][]} */
const columns = [
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
  ['Points', 'points'],
];

export const csvHeader = columns.map(([name]) => name);

/** @param {string} value */
const csvCell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** @param {Person} person */
function csvLine({ id, fields }) {
  return columns.map(([, key]) => csvCell(key === null ? id : String(fields[key] ?? ''))).join(',');
}

/**
 * People as a CSV file, some thousand lines at a time: `Readable.from(peopleCsv(1_000_000))`.
 * @param {number} count
 * @param {PersonOptions} [options]
 * @returns {Generator<string>}
 */
export function* peopleCsv(count, options = {}) {
  let part = `${csvHeader.map(csvCell).join(',')}\n`;
  for (const person of people(count, options)) {
    part += `${csvLine(person)}\n`;
    if (part.length < 65_536) continue;
    yield part;
    part = '';
  }
  yield part;
}
