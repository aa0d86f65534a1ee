import { checkValues } from './check-values';
import type { Destination } from './define-destination';
import type { FieldSpec } from './field-spec';

/**
 * Checks what types cannot: called for every plugin at boot and by the conformance suite.
 * @throws Error that names the plugin and everything that is wrong with it.
 */
export function assertValidDefinition(destination: Destination): void {
  const faults = [
    ...faultsOfNames(destination),
    ...faultsOfFields(destination),
    ...faultsOfMapping(destination),
    ...faultsOfCapabilities(destination),
    ...faultsOfLimits(destination),
  ];
  if (faults.length > 0) {
    throw new Error(`The destination "${destination.key}" is not well defined:\n- ${faults.join('\n- ')}`);
  }
}

/** The given sentences whose condition holds. */
function when(...faults: [boolean, string][]): string[] {
  return faults.filter(([holds]) => holds).map(([, fault]) => fault);
}

function faultsOfNames({ key, name, description }: Destination): string[] {
  return when(
    [!/^[a-z][a-z0-9-]{0,49}$/.test(key), 'key must be 1 to 50 lower-case letters, digits and hyphens'],
    [name.trim() === '', 'name is empty'],
    [description.trim() === '', 'description is empty'],
  );
}

function faultsOfFields({ connection, settings, targets }: Destination): string[] {
  const faults: string[] = [];
  const secrets = Object.values(connection.fields).some(({ type }) => type === 'secret');
  for (const [part, specs] of Object.entries({ connection: connection.fields, settings: settings.fields })) {
    for (const [key, spec] of Object.entries(specs)) {
      const path = `${part}.fields.${key}`;
      faults.push(
        ...when(
          [!/^[a-z][a-zA-Z0-9]*$/.test(key), `${path}: the name must be in camelCase`],
          [spec.label.trim() === '', `${path}: label is empty`],
          [spec.type === 'secret' && part === 'settings', `${path}: secrets belong to the connection`],
          [spec.type === 'target' && part === 'connection', `${path}: targets belong to the settings`],
          [spec.type === 'target' && !targets, `${path}: needs targets()`],
          [spec.address === true && part === 'settings', `${path}: addresses belong to the connection`],
          [
            secrets && part === 'connection' && spec.type === 'text' && spec.address === undefined,
            `${path}: must say whether it decides where the secrets are sent (address: true or false)`,
          ],
        ),
        ...faultsOfSpec(path, spec),
      );
    }
  }
  return faults;
}

function faultsOfSpec(path: string, spec: FieldSpec): string[] {
  if ((spec.type === 'text' || spec.type === 'secret') && spec.pattern && !compiles(spec.pattern.source)) {
    return [`${path}: pattern is not a regular expression`];
  }
  if (spec.type === 'select') {
    const values = spec.options.map((option) => option.value);
    if (values.length === 0) return [`${path}: there are no options`];
    if (new Set(values).size < values.length) return [`${path}: two options have the same value`];
  }
  if ('default' in spec && spec.default !== undefined) {
    const { problems } = checkValues({ field: spec }, { field: spec.default });
    return problems.map((problem) => `${path}: the default does not fit: ${problem.message}`);
  }
  return [];
}

function compiles(source: string): boolean {
  try {
    return Boolean(new RegExp(source, 'u'));
  } catch {
    return false;
  }
}

function faultsOfMapping({ mapping }: Destination): string[] {
  const { fields, identity, atLeastOneOf = [], customFields } = mapping;
  const unknown = atLeastOneOf.flat().filter((key) => !Object.hasOwn(fields, key));
  return [
    ...Object.entries(fields).flatMap(([key, field]) =>
      when(
        [field.label.trim() === '', `mapping.fields.${key}: label is empty`],
        [
          field.maxLength !== undefined && !isCount(field.maxLength),
          `mapping.fields.${key}: maxLength must be a count`,
        ],
      ),
    ),
    ...unknown.map((key) => `mapping.atLeastOneOf: there is no field ${key}`),
    ...when(
      [!Object.hasOwn(fields, identity), `mapping.identity: there is no field ${identity}`],
      [fields[identity]?.required !== true, 'mapping.identity: the field must be required'],
      [customFields?.types.length === 0, 'mapping.customFields.types is empty'],
      [customFields !== undefined && !isCount(customFields.max), 'mapping.customFields.max must be a count'],
      [
        customFields !== undefined && !compiles(customFields.namePattern.source),
        'mapping.customFields.namePattern is not a regular expression',
      ],
    ),
  ];
}

function faultsOfCapabilities({
  capabilities,
  limits,
  remove,
  listPeople,
  confirm,
  targets,
  createTarget,
}: Destination): string[] {
  const mirror = capabilities.modes.includes('mirror');
  return when(
    [!capabilities.modes.includes('upsert'), 'capabilities.modes must include upsert'],
    [mirror && !remove, 'mirror needs remove()'],
    [mirror && !isCount(limits.maxRemovals), 'mirror needs limits.maxRemovals'],
    [!mirror && remove !== undefined, 'remove() is there, but capabilities.modes lacks mirror'],
    [listPeople !== undefined && !remove, 'listPeople() needs remove()'],
    [capabilities.confirmation === 'async' && !confirm, 'asynchronous confirmation needs confirm()'],
    [createTarget !== undefined && !targets, 'createTarget() needs targets()'],
  );
}

function faultsOfLimits({ limits }: Destination): string[] {
  const { maxRecords, maxBytes, envelopeBytes, separatorBytes, concurrency, recommendedTotal, hardTotal } =
    limits;
  const counts = { maxRecords, maxBytes, concurrency, recommendedTotal, hardTotal };
  return [
    ...Object.entries(counts)
      .filter(([, value]) => value !== undefined && !isCount(value))
      .map(([key]) => `limits.${key} must be a count`),
    ...when(
      [
        !(envelopeBytes >= 0 && envelopeBytes < maxBytes),
        'limits.envelopeBytes must leave room for a record',
      ],
      [!(separatorBytes >= 0), 'limits.separatorBytes must not be negative'],
      [(recommendedTotal ?? 0) > (hardTotal ?? Infinity), 'limits.recommendedTotal is above hardTotal'],
    ),
  ];
}

function isCount(value: number | undefined): boolean {
  return Number.isInteger(value) && Number(value) > 0;
}
