import { defineDestination, envelopeBytes } from '@audience-relay/destinations/core';
import { confirmJobs } from './confirm';
import { connectionFields, settingsFields } from './connection';
import { encodeContact } from './encode-contact';
import { createList, listTargets } from './lists';
import { listMembers } from './list-members';
import { customFields, fields } from './mapping';
import { removeFromList } from './remove';
import { previewContacts, sendContacts } from './send';
import { envelopeOf, openSession } from './session';
import { accountUsage, testKey } from './test-key';

/** SendGrid's list ids are UUIDs. */
const SOME_LIST = '00000000-0000-0000-0000-000000000000';

export const sendgrid = defineDestination({
  key: 'sendgrid',
  name: 'SendGrid',
  description: 'Adds and updates contacts of a SendGrid Marketing Campaigns list.',
  docsUrl: 'https://www.twilio.com/docs/sendgrid/api-reference/contacts',
  connection: { fields: connectionFields },
  settings: { fields: settingsFields },
  mapping: { fields, identity: 'email', customFields },
  capabilities: { modes: ['upsert', 'mirror'], confirmation: 'async' },
  limits: {
    maxRecords: 30_000,
    maxBytes: 6_000_000,
    envelopeBytes: envelopeBytes(envelopeOf(SOME_LIST)),
    separatorBytes: 1,
    concurrency: 4,
    // Two look-ups and one removal, and the ids of one removal fit in its address.
    maxRemovals: 200,
    recommendedTotal: 100_000,
  },
  test: testKey,
  usage: accountUsage,
  targets: listTargets,
  createTarget: createList,
  prepare: openSession,
  encode: encodeContact,
  send: sendContacts,
  preview: previewContacts,
  remove: removeFromList,
  listPeople: listMembers,
  confirm: confirmJobs,
});
