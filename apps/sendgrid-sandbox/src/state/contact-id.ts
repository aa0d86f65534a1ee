/**
 * A contact's id is a UUID computed from its number, so a million ids need neither memory nor an index.
 * Multiplying by an odd number modulo 2^32 can be undone, which turns an id back into the number.
 */
const MULTIPLIER = 0x9e3779b1;
const INVERSE = inverseOf(MULTIPLIER);

export function contactId(number: number, seed: number): string {
  const first = (Math.imul(number + 1, MULTIPLIER) ^ seed) >>> 0;
  const second = mix(first ^ 0x5bd1e995);
  const third = mix(second ^ seed);
  const fourth = mix(third ^ 0x27d4eb2f);
  const middle = hex(second);
  const last = hex(third);
  return (
    `${hex(first)}-${middle.slice(0, 4)}-4${middle.slice(5, 8)}` +
    `-8${last.slice(1, 4)}-${last.slice(4)}${hex(fourth)}`
  );
}

/** The number behind an id, or undefined when this account never made that id. */
export function contactNumber(id: string, seed: number): number | undefined {
  const first = Number.parseInt(id.slice(0, 8), 16);
  if (Number.isNaN(first)) return undefined;
  const number = (Math.imul(first ^ seed, INVERSE) >>> 0) - 1;
  return contactId(number, seed) === id.toLowerCase() ? number : undefined;
}

function inverseOf(odd: number): number {
  let inverse = odd;
  // Newton's iteration doubles the number of right bits each time: 3, 6, 12, 24, 48.
  for (let round = 0; round < 5; round += 1) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  return inverse;
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
