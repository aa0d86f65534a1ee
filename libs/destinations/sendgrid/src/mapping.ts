import type { CustomFieldsSpec, FieldType, MappingSpec } from '@audience-relay/destinations/core';

/** The contact's own fields, by the names that SendGrid has for them. */
export const fields = {
  email: {
    label: 'E-mail',
    type: 'text',
    required: true,
    maxLength: 254,
    format: 'email',
    semanticType: 'Identity.Service.Email',
  },
  first_name: { label: 'First name', type: 'text', maxLength: 50, semanticType: 'Person.FirstName' },
  last_name: { label: 'Last name', type: 'text', maxLength: 50, semanticType: 'Person.LastName' },
  country: { label: 'Country/Region', type: 'text', maxLength: 50, semanticType: 'Location.Country' },
  state_province_region: { label: 'State', type: 'text', maxLength: 50, semanticType: 'Location.State' },
  city: { label: 'City', type: 'text', maxLength: 60, semanticType: 'Location.City' },
  postal_code: { label: 'Post code', type: 'text', semanticType: 'Location.PostalCode' },
  address_line_1: {
    label: 'Address line 1',
    type: 'text',
    maxLength: 100,
    semanticType: 'Location.AddressLine1',
  },
  address_line_2: {
    label: 'Address line 2',
    type: 'text',
    maxLength: 100,
    semanticType: 'Location.AddressLine2',
  },
  phone_number: { label: 'Phone', type: 'text', semanticType: 'Identity.Service.Phone' },
  external_id: {
    label: 'External id',
    description:
      'A second identifier of the contact. Once a contact has it, SendGrid wants it in every later update: ' +
      'map it only if every export and program that writes these contacts sends it too.',
    type: 'text',
    maxLength: 254,
  },
  alternate_email_1: { label: 'Alternate e-mail 1', type: 'text', maxLength: 254, format: 'email' },
  alternate_email_2: { label: 'Alternate e-mail 2', type: 'text', maxLength: 254, format: 'email' },
  alternate_email_3: { label: 'Alternate e-mail 3', type: 'text', maxLength: 254, format: 'email' },
  alternate_email_4: { label: 'Alternate e-mail 4', type: 'text', maxLength: 254, format: 'email' },
  alternate_email_5: { label: 'Alternate e-mail 5', type: 'text', maxLength: 254, format: 'email' },
} as const satisfies MappingSpec['fields'];

export const ALTERNATE_EMAIL = /^alternate_email_\d$/;

export const customFields: CustomFieldsSpec = {
  types: ['text', 'number', 'date', 'boolean'],
  namePattern: {
    source: '[A-Za-z_][A-Za-z0-9_]{0,99}',
    message:
      'A SendGrid custom field begins with a letter or underscore and has up to 100 letters, digits and underscores.',
  },
  max: 500,
};

/** What SendGrid's custom fields can be. */
export type RemoteType = 'Text' | 'Number' | 'Date';

/** The type in which a new custom field is made. SendGrid has no booleans: they become the words true and false. */
export const remoteTypes: Readonly<Record<FieldType, RemoteType>> = {
  text: 'Text',
  boolean: 'Text',
  number: 'Number',
  date: 'Date',
};
