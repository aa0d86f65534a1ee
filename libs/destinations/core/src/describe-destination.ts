import type { DeliveryMode } from '@audience-relay/contracts';
import type { Destination, Limits } from './define-destination';
import type { FieldSpec } from './field-spec';
import type { CustomFieldsSpec, MappingFieldSpec } from './mapping-spec';

/** A destination as data: what the API's catalogue shows and forms are built from. Holds no functions. */
export interface DestinationDescription {
  key: string;
  name: string;
  description: string;
  docsUrl?: string;
  /** In the order of the form. */
  connectionFields: readonly (FieldSpec & { key: string })[];
  settingsFields: readonly (FieldSpec & { key: string })[];
  mapping: {
    fields: readonly (MappingFieldSpec & { key: string })[];
    identity: string;
    atLeastOneOf: readonly (readonly string[])[];
    customFields?: CustomFieldsSpec;
  };
  capabilities: {
    modes: readonly DeliveryMode[];
    confirmation: 'sync' | 'async';
    /** Targets can be listed. */
    targets: boolean;
    /** Targets can be created from here. */
    createTarget: boolean;
    /** Who is on a target can be told: in mirror mode, strangers can be taken off too. */
    listPeople: boolean;
  };
  limits: Limits;
}

export function describeDestination(destination: Destination): DestinationDescription {
  const { key, name, description, docsUrl, connection, settings, mapping, capabilities, limits } =
    destination;
  return {
    key,
    name,
    description,
    ...(docsUrl !== undefined && { docsUrl }),
    connectionFields: listed<FieldSpec>(connection.fields),
    settingsFields: listed<FieldSpec>(settings.fields),
    mapping: {
      fields: listed<MappingFieldSpec>(mapping.fields),
      identity: mapping.identity,
      atLeastOneOf: mapping.atLeastOneOf ?? [],
      ...(mapping.customFields && { customFields: mapping.customFields }),
    },
    capabilities: {
      ...capabilities,
      targets: destination.targets !== undefined,
      createTarget: destination.createTarget !== undefined,
      listPeople: destination.listPeople !== undefined,
    },
    limits,
  };
}

function listed<Spec>(specs: Readonly<Record<string, Spec>>): (Spec & { key: string })[] {
  return Object.entries(specs).map(([key, spec]) => ({ key, ...spec }));
}
