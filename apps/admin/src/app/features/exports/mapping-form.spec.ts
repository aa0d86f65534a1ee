import { DestinationMappingDto, ProfileFieldDto } from '@audience-relay/api-client';
import { customFieldForm, mappingForm, sameMeaning } from './mapping-form';

const spec: DestinationMappingDto = {
  identity: 'email',
  fields: [
    { key: 'email', label: 'E-mail', type: 'text', required: true, semanticType: 'Identity.Service.Email' },
    {
      key: 'first_name',
      label: 'First name',
      type: 'text',
      required: false,
      semanticType: 'Person.FirstName',
    },
    { key: 'external_id', label: 'External id', type: 'text', required: false },
  ],
  atLeastOneOf: [],
  customFields: {
    types: ['text', 'number'],
    max: 2,
    namePattern: { source: '[a-z_]{1,10}', message: 'Small letters only.' },
  },
};

const profileField = (
  key: string,
  semanticType: ProfileFieldDto['semanticType'],
  filled: number,
): ProfileFieldDto => ({
  ...{ key, semanticType, filled, label: key, type: 'text' },
});

const profileFields = [
  profileField('oldEmail', 'Identity.Service.Email', 3),
  profileField('email', 'Identity.Service.Email', 400),
  profileField('firstName', 'Person.FirstName', 400),
];

describe('the mapping of a new export', () => {
  it('should have the required fields only, filled by what the profile fields mean', () => {
    expect(mappingForm(spec, profileFields).getRawValue()).toEqual({
      fields: { email: 'email' },
      custom: [],
    });
  });

  it('should choose the fullest of several fields with the same meaning, and none without a meaning', () => {
    expect(sameMeaning({ ...spec.fields[0]! }, profileFields)).toBe('email');
    expect(sameMeaning({ ...spec.fields[2]! }, profileFields)).toBe('');
  });

  it('should not be valid while the identity has no source', () => {
    expect(mappingForm(spec, []).valid).toBe(false);
  });

  it('should name the group of which nothing is mapped', () => {
    const either = {
      ...spec,
      fields: spec.fields.slice(1),
      identity: '',
      atLeastOneOf: [['first_name', 'external_id']],
    };
    expect(mappingForm(either, profileFields).errors).toEqual({ oneOf: ['first_name', 'external_id'] });
  });
});

describe('the mapping of an export that is there', () => {
  it('should be shown as it is, even where a meaning would say otherwise', () => {
    const value = {
      fields: { email: 'oldEmail', first_name: 'firstName' },
      custom: [{ source: 'team', name: 'team', type: 'text' as const }],
    };
    expect(mappingForm(spec, profileFields, value).getRawValue()).toEqual(value);
  });
});

describe('a custom field', () => {
  it("should be held to the destination's pattern, with the destination's own sentence", () => {
    const form = customFieldForm(spec, { source: 'team', name: 'Team!', type: 'text' });
    expect(form.controls.name.errors).toEqual({ sentence: 'Small letters only.' });
    form.controls.name.setValue('team');
    expect(form.valid).toBe(true);
  });
});
