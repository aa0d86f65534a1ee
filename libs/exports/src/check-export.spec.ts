import type { ProfileField } from '@audience-relay/contracts';
import { defineDestination, type Destination } from '@audience-relay/destinations/core';
import { checkExport, type DestinationChoices } from './check-export';

const destination = defineDestination({
  key: 'sample',
  name: 'Sample',
  description: 'For tests.',
  connection: { fields: {} },
  settings: {
    fields: {
      list: { type: 'target', label: 'List', required: true },
      priority: { type: 'number', label: 'Priority', min: 1, default: 5 },
    },
  },
  mapping: {
    identity: 'email',
    fields: {
      email: { label: 'E-mail', type: 'text', required: true, format: 'email' },
      phone: { label: 'Phone', type: 'text' },
      memberNumber: { label: 'Member number', type: 'text' },
      born: { label: 'Born', type: 'date' },
    },
    atLeastOneOf: [['phone', 'memberNumber']],
    customFields: {
      types: ['text', 'number'],
      namePattern: { source: '[A-Za-z_][A-Za-z0-9_]*', message: 'Letters, digits and underscores only.' },
      max: 2,
    },
  },
  capabilities: { modes: ['upsert'], confirmation: 'sync' },
  limits: { maxRecords: 10, maxBytes: 1_000, envelopeBytes: 2, separatorBytes: 1, concurrency: 1 },
  test: () => Promise.resolve({ missingScopes: [] }),
  prepare: () => Promise.resolve(null),
  encode: () => new Uint8Array(),
  send: () => Promise.resolve({ status: 'accepted', rejected: [] }),
  preview: () => ({ method: 'PUT', url: '', headers: {}, body: '' }),
});

const profileFields: ProfileField[] = [
  { key: 'email', label: 'E-mail', type: 'text', semanticType: 'Identity.Service.Email' },
  { key: 'phone', label: 'Phone', type: 'text', semanticType: 'Identity.Service.Phone' },
  { key: 'points', label: 'Points', type: 'number', semanticType: 'Custom' },
  { key: 'vip', label: 'VIP', type: 'boolean', semanticType: 'Custom' },
];

const good: DestinationChoices = {
  settings: { list: ' list-1 ' },
  settingsLabels: { list: 'Newsletter' },
  mapping: {
    fields: { email: 'email', phone: 'phone' },
    custom: [{ source: 'points', name: 'points', type: 'number' }],
  },
  mode: 'upsert',
};

function pathsOf(changes: Partial<DestinationChoices>): string[] {
  return checkExport(destination, profileFields, { ...good, ...changes }).errors.map(({ path }) => path);
}

describe('checkExport', () => {
  it('accepts a good export, trims and fills in defaults', () => {
    expect(checkExport(destination, profileFields, good)).toEqual({
      settings: { list: 'list-1', priority: 5 },
      errors: [],
    });
  });

  it('checks settings by the specs of the destination', () => {
    expect(pathsOf({ settings: { priority: 0, colour: 'red' } })).toEqual([
      'settings.colour',
      'settings.list',
      'settings.priority',
    ]);
    expect(pathsOf({ settings: 'list-1' })).toEqual(['settings']);
  });

  it('takes names only for targets', () => {
    expect(pathsOf({ settingsLabels: { priority: 'High' } })).toEqual(['settingsLabels.priority']);
    expect(pathsOf({ settingsLabels: { list: 7 } })).toEqual(['settingsLabels.list']);
    expect(pathsOf({ settingsLabels: { constructor: 'x' } })).toEqual(['settingsLabels.constructor']);
  });

  it('wants required fields mapped, and one of each group', () => {
    expect(pathsOf({ mapping: { fields: {}, custom: [] } })).toEqual([
      'mapping.fields.email',
      'mapping.fields',
    ]);
  });

  it('knows the fields on both sides', () => {
    const fields = { email: 'mail', phone: 'phone', fax: 'phone', constructor: 'phone' };
    expect(pathsOf({ mapping: { fields, custom: [] } })).toEqual([
      'mapping.fields.email',
      'mapping.fields.fax',
      'mapping.fields.constructor',
    ]);
  });

  it('refuses values of a type that cannot become the other', () => {
    const { errors } = checkExport(destination, profileFields, {
      ...good,
      mapping: { fields: { ...good.mapping.fields, born: 'points' }, custom: [] },
    });
    expect(errors).toEqual([
      { path: 'mapping.fields.born', message: 'Born holds date values; Points holds number values.' },
    ]);
  });

  it('checks names, number, types and sources of custom fields', () => {
    expect(
      pathsOf({
        mapping: {
          fields: good.mapping.fields,
          custom: [
            { source: 'points', name: 'my points', type: 'number' },
            { source: 'phone', name: 'Phone', type: 'text' },
            { source: 'vip', name: 'phone', type: 'boolean' },
            { source: 'vip', name: 'level', type: 'number' },
          ],
        },
      }),
    ).toEqual([
      'mapping.custom',
      'mapping.custom.0.name',
      'mapping.custom.2.name',
      'mapping.custom.2.type',
      'mapping.custom.3.source',
    ]);
  });

  it('refuses a mode that the destination lacks', () => {
    expect(pathsOf({ mode: 'mirror' })).toEqual(['mode']);
  });

  it('lets strangers be taken off only in mirror, and only where they can be listed', () => {
    const mirroring = (listPeople: boolean): Destination => ({
      ...destination,
      capabilities: { modes: ['upsert', 'mirror'], confirmation: 'sync' },
      ...(listPeople && { listPeople: () => Promise.resolve({ status: 'page', people: [] }) }),
    });
    const errors = (of: Destination, changes: Partial<DestinationChoices>) =>
      checkExport(of, profileFields, { ...good, removeStrangers: true, ...changes }).errors;
    expect(errors(mirroring(true), { mode: 'mirror' })).toEqual([]);
    expect(errors(mirroring(false), { mode: 'mirror' })).toMatchObject([{ path: 'removeStrangers' }]);
    expect(errors(mirroring(true), { mode: 'upsert' })).toMatchObject([{ path: 'removeStrangers' }]);
    expect(errors(mirroring(true), { mode: 'upsert', removeStrangers: false })).toEqual([]);
  });
});
