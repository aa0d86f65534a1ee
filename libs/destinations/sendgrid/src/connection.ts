import type {
  ConnectionContext,
  ExportContext,
  FieldSpecs,
  ValuesOf,
} from '@audience-relay/destinations/core';

export const connectionFields = {
  apiKey: {
    type: 'secret',
    label: 'API key',
    description:
      'Make one in SendGrid under Settings, API Keys. It needs full access to Marketing, and nothing else.',
    required: true,
    placeholder: 'SG.',
    pattern: { source: 'SG\\.\\S+', message: 'A SendGrid API key begins with "SG." and has no spaces.' },
  },
  region: {
    type: 'select',
    address: true,
    label: 'Region',
    description: 'Where the account keeps its data. Most accounts are global.',
    options: [
      { value: 'global', label: 'Global' },
      { value: 'eu', label: 'European Union' },
    ],
    default: 'global',
  },
  planContacts: {
    type: 'number',
    label: 'Contacts that the plan allows',
    description:
      'SendGrid does not tell it. If it is given here, an export that would pass it draws a warning.',
    min: 1,
    advanced: true,
  },
  baseUrl: {
    type: 'text',
    address: true,
    label: 'Base address',
    description: 'Only for tests: where the API is, instead of the address of the region.',
    pattern: {
      source: 'https?://[^\\s?#]+',
      message: 'The base address must begin with http:// or https://.',
    },
    advanced: true,
  },
  timeoutSeconds: {
    type: 'number',
    label: 'Time limit of a request, in seconds',
    min: 1,
    max: 600,
    default: 60,
    advanced: true,
  },
} as const satisfies FieldSpecs;

export const settingsFields = {
  list: {
    type: 'target',
    label: 'List',
    description: 'The SendGrid contact list that the members are added to.',
    required: true,
  },
} as const satisfies FieldSpecs;

export type Connection = ValuesOf<typeof connectionFields>;
export type Settings = ValuesOf<typeof settingsFields>;

/** What calls get that need only the account. */
export type AccountContext = ConnectionContext<Connection>;
/** What calls get that act for one export. */
export type ListContext = ExportContext<Connection, Settings>;
