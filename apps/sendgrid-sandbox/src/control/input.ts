import type { Fault } from '../faults/fault';
import { JOB_FAULTS, REQUEST_FAULTS } from '../faults/fault';
import type { Duration, RateRule, Settings, SettingsPatch, Timings } from '../settings';

/** A mistake in a request to `/_control`, in words for the person who wrote it. */
export class ControlError extends Error {}

type Json = Record<string, unknown>;

export function readKey(body: unknown): { key: string; scopes: string[] } {
  const { key, scopes } = object(body, 'the body');
  if (typeof key !== 'string' || key === '') throw new ControlError('key must be a text.');
  if (!Array.isArray(scopes) || scopes.some((scope) => typeof scope !== 'string')) {
    throw new ControlError('scopes must be an array of texts.');
  }
  return { key, scopes: scopes as string[] };
}

export function readLimit(value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise;
  const limit = Number(value);
  if (!Number.isInteger(limit) || limit < 1) throw new ControlError('limit must be a whole number above 0.');
  return limit;
}

export function readFault(body: unknown): Fault {
  const given = object(body, 'the body');
  const kinds: readonly string[] = [...REQUEST_FAULTS, ...JOB_FAULTS];
  if (!kinds.includes(String(given['kind'])))
    throw new ControlError(`kind must be one of ${kinds.join(', ')}.`);
  const fault: Json = { kind: given['kind'], endpoint: given['endpoint'] ?? '*' };
  if (typeof fault['endpoint'] !== 'string')
    throw new ControlError('endpoint must be a text, such as "PUT /v3/marketing/contacts".');
  for (const name of NUMBERS[String(given['kind'])] ?? []) fault[name] = number(given[name], name);
  for (const name of ['jitterMs', 'times', 'probability', 'seed']) {
    if (given[name] !== undefined) fault[name] = number(given[name], name);
  }
  if (given['when'] !== undefined) fault['when'] = oneOf(given['when'], 'when', ['before', 'after']);
  if (given['applies'] !== undefined) fault['applies'] = given['applies'] === true;
  if (given['reason'] !== undefined) fault['reason'] = String(given['reason']);
  // Every member was checked above against its kind.
  return fault as unknown as Fault;
}

/** Numbers that a fault of a kind cannot do without. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  latency: ['ms'],
  'rate-limit': ['seconds'],
  status: ['status'],
  html: ['status'],
  'job-slow': ['ms'],
};

export function readSettings(body: unknown): SettingsPatch {
  const given = object(body, 'the body');
  const patch: SettingsPatch = {};
  for (const name of Object.keys(given)) {
    const read = SETTINGS[name];
    if (!read)
      throw new ControlError(`There is no setting "${name}"; there are ${Object.keys(SETTINGS).join(', ')}.`);
    Object.assign(patch, { [name]: read(given[name]) });
  }
  return patch;
}

const SETTINGS: Readonly<Record<string, (value: unknown) => unknown>> = {
  timings: readTimings,
  maxContacts: (value) => (value === null ? null : number(value, 'maxContacts')),
  rowErrors: (value): Settings['rowErrors'] => oneOf(value, 'rowErrors', ['all', 'first', 'unnamed']),
  jobOrder: (value): Settings['jobOrder'] => oneOf(value, 'jobOrder', ['accepted', 'any']),
  unknownContactIds: (value): Settings['unknownContactIds'] =>
    oneOf(value, 'unknownContactIds', ['refuse', 'ignore']),
  rates: readRates,
};

function readTimings(value: unknown): Partial<Timings> {
  const names = ['applyMs', 'finishMs', 'fieldUsableMs', 'exportReadyMs'];
  const timings: Record<string, Duration> = {};
  for (const [name, duration] of Object.entries(object(value, 'timings'))) {
    if (!names.includes(name)) throw new ControlError(`timings hold ${names.join(', ')}, not "${name}".`);
    timings[name] = Array.isArray(duration)
      ? [number(duration[0], name), number(duration[1], name)]
      : number(duration, name);
  }
  return timings;
}

function readRates(value: unknown): Record<string, RateRule> {
  const rates: Record<string, RateRule> = {};
  for (const [endpoint, given] of Object.entries(object(value, 'rates'))) {
    const { limit, reset } = object(given, `rates["${endpoint}"]`);
    rates[endpoint] = {
      ...(limit !== undefined && { limit: number(limit, 'limit') }),
      ...(reset !== undefined && { reset: oneOf(reset, 'reset', ['seconds', 'epoch']) }),
    };
  }
  return rates;
}

function object(value: unknown, name: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(`${name} must be a JSON object.`);
  }
  return value as Json;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ControlError(`${name} must be a number that is not negative.`);
  }
  return value;
}

function oneOf<const Choice extends string>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw new ControlError(`${name} must be one of ${choices.join(', ')}.`);
  return choice;
}
