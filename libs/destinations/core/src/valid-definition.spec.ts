import { assertValidDefinition, defineDestination, type Destination } from './index';

const good = defineDestination({
  key: 'good',
  name: 'Good',
  description: 'Nothing is wrong with it.',
  connection: { fields: { key: { type: 'secret', label: 'Key', required: true } } },
  settings: { fields: { list: { type: 'target', label: 'List', required: true } } },
  mapping: { fields: { id: { label: 'Identity', type: 'text', required: true } }, identity: 'id' },
  capabilities: { modes: ['upsert', 'mirror'], confirmation: 'async' },
  limits: { maxRecords: 1, maxBytes: 9, envelopeBytes: 2, separatorBytes: 1, concurrency: 1, maxRemovals: 1 },
  test: async () => ({ missingScopes: [] }),
  targets: async () => ({ items: [] }),
  prepare: async () => undefined,
  encode: () => Buffer.alloc(0),
  send: async () => ({ status: 'accepted', rejected: [] }),
  preview: () => ({ method: 'POST', url: '', headers: {}, body: '' }),
  remove: async () => ({ removed: 0, unknown: [], rejected: [], requests: 0 }),
  confirm: async () => ({ status: 'pending' }),
});

const label = 'L';
const onConnection = (spec: unknown) => ({ connection: { fields: { field: spec } } }) as Partial<Destination>;
const onMapping = (change: object) => ({ mapping: { ...good.mapping, ...change } }) as Partial<Destination>;
const onLimits = (change: object) => ({ limits: { ...good.limits, ...change } });
const onCapabilities = (change: object) =>
  ({ capabilities: { ...good.capabilities, ...change } }) as Partial<Destination>;
const customFields = { types: ['text'], namePattern: { source: 'x', message: 'm' }, max: 1 };

describe('assertValidDefinition', () => {
  it('should accept a good definition', () => {
    expect(() => assertValidDefinition(good)).not.toThrow();
  });

  it.each<[string, Partial<Destination>]>([
    ['key must be', { key: 'Big' }],
    ['name is empty', { name: ' ' }],
    ['description is empty', { description: '' }],
    ['connection.fields.field: label is empty', onConnection({ type: 'text', label: ' ' })],
    ['the name must be in camelCase', { connection: { fields: { 'a-b': { type: 'text', label } } } }],
    ['secrets belong to the connection', { settings: { fields: { s: { type: 'secret', label } } } }],
    [
      'connection.fields.host: must say whether it decides where the secrets are sent',
      { connection: { fields: { ...good.connection.fields, host: { type: 'text', label } } } },
    ],
    [
      'addresses belong to the connection',
      { settings: { fields: { host: { type: 'text', label, address: true } } } },
    ],
    ['targets belong to the settings', onConnection({ type: 'target', label })],
    ['settings.fields.list: needs targets()', { targets: undefined }],
    [
      'pattern is not a regular expression',
      onConnection({ type: 'text', label, pattern: { source: '(', message: '' } }),
    ],
    ['there are no options', onConnection({ type: 'select', label, options: [] })],
    [
      'two options have the same value',
      onConnection({ type: 'select', label, options: [{ value: 'a' }, { value: 'a' }] }),
    ],
    ['the default does not fit', onConnection({ type: 'number', label, min: 5, default: 4 })],
    [
      'the default does not fit',
      onConnection({ type: 'select', label, options: [{ value: 'a' }], default: 'b' }),
    ],
    [
      'mapping.fields.id: label is empty',
      onMapping({ fields: { id: { label: '', type: 'text', required: true } } }),
    ],
    [
      'maxLength must be a count',
      onMapping({ fields: { id: { label, type: 'text', required: true, maxLength: 0 } } }),
    ],
    ['there is no field nobody', onMapping({ identity: 'nobody' })],
    ['the field must be required', onMapping({ fields: { id: { label, type: 'text' } } })],
    ['mapping.atLeastOneOf: there is no field nobody', onMapping({ atLeastOneOf: [['id', 'nobody']] })],
    ['mapping.customFields.types is empty', onMapping({ customFields: { ...customFields, types: [] } })],
    ['mapping.customFields.max must be a count', onMapping({ customFields: { ...customFields, max: 0 } })],
    [
      'namePattern is not',
      onMapping({ customFields: { ...customFields, namePattern: { source: '[', message: '' } } }),
    ],
    ['must include upsert', onCapabilities({ modes: ['mirror'] })],
    ['mirror needs remove()', { remove: undefined }],
    ['mirror needs limits.maxRemovals', onLimits({ maxRemovals: undefined })],
    ['capabilities.modes lacks mirror', onCapabilities({ modes: ['upsert'] })],
    ['needs confirm()', { confirm: undefined }],
    [
      'listPeople() needs remove()',
      { remove: undefined, listPeople: async () => ({ status: 'page', people: [] }) },
    ],
    [
      'createTarget() needs targets()',
      { targets: undefined, createTarget: async () => ({ id: '', name: '' }) },
    ],
    ['limits.maxRecords must be a count', onLimits({ maxRecords: 0.5 })],
    ['limits.hardTotal must be a count', onLimits({ hardTotal: -1 })],
    ['must leave room for a record', onLimits({ envelopeBytes: 9 })],
    ['must not be negative', onLimits({ separatorBytes: -1 })],
    ['recommendedTotal is above hardTotal', onLimits({ recommendedTotal: 2, hardTotal: 1 })],
  ])('should say: %s', (fault, change) => {
    expect(() => assertValidDefinition({ ...good, ...change })).toThrow(fault);
  });
});
