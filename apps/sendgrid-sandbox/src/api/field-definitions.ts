import { LIMITS } from '../settings';
import type { CustomField, FieldType } from '../state/custom-field';
import { FIELD_TYPES, RESERVED_FIELDS } from '../state/custom-field';
import type { Call, Endpoint } from './endpoint';
import { jsonBody } from './endpoint';
import { refuse } from './reply';

const PATH = '/v3/marketing/field_definitions';
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const createField: Endpoint = {
  method: 'POST',
  path: PATH,
  scope: 'marketing.create',
  limit: 600,
  async handle(call) {
    const { sandbox } = call;
    const { account } = sandbox;
    const body = jsonBody(call);
    const name = fieldName(call, body['name']);
    const type = fieldType(body['field_type']);
    if (account.fields.size >= LIMITS.customFields) {
      refuse(400, `you can have up to ${LIMITS.customFields} custom fields`, 'name');
    }
    const field: CustomField = {
      id: `e${account.nextField}_${type.charAt(0)}`,
      name,
      type,
      usableAt: sandbox.now() + sandbox.draw(sandbox.settings.timings.fieldUsableMs),
    };
    await sandbox.commit({ op: 'field', field });
    return { status: 200, json: fieldJson(call, field) };
  },
};

const getFields: Endpoint = {
  method: 'GET',
  path: PATH,
  scope: 'marketing.read',
  limit: 600,
  handle(call) {
    return {
      status: 200,
      json: {
        custom_fields: [...call.sandbox.account.fields.values()].map((field) => fieldJson(call, field)),
        reserved_fields: RESERVED_FIELDS.map(({ id, name, type, readOnly }) => ({
          id,
          name,
          field_type: type,
          ...(readOnly && { read_only: true }),
        })),
        _metadata: { self: `${call.baseUrl}${PATH}` },
      },
    };
  },
};

const renameField: Endpoint = {
  method: 'PATCH',
  path: `${PATH}/{custom_field_id}`,
  scope: 'marketing.update',
  limit: 600,
  async handle(call) {
    const field = knownField(call);
    const renamed = { ...field, name: fieldName(call, jsonBody(call)['name'], field.id) };
    await call.sandbox.commit({ op: 'field', field: renamed });
    return { status: 200, json: fieldJson(call, renamed) };
  },
};

const deleteField: Endpoint = {
  method: 'DELETE',
  path: `${PATH}/{custom_field_id}`,
  scope: 'marketing.delete',
  limit: 600,
  async handle(call) {
    await call.sandbox.commit({ op: 'field.delete', id: knownField(call).id });
    return { status: 204 };
  },
};

export const fieldEndpoints: readonly Endpoint[] = [createField, getFields, renameField, deleteField];

function fieldJson(call: Call, { id, name, type }: CustomField): Record<string, unknown> {
  return { id, name, field_type: type, _metadata: { self: `${call.baseUrl}${PATH}/${id}` } };
}

function knownField(call: Call): CustomField {
  const field = call.sandbox.account.fields.get(call.params['custom_field_id'] ?? '');
  return field ?? refuse(404, 'field definition not found', 'custom_field_id');
}

function fieldType(value: unknown): FieldType {
  const type = FIELD_TYPES.find((one) => one === value);
  return type ?? refuse(400, `field_type should be one of ${FIELD_TYPES.join(', ')}`, 'field_type');
}

/** Names keep their case, and are unique without it. */
function fieldName(call: Call, value: unknown, ownId?: string): string {
  if (typeof value !== 'string' || value === '') refuse(400, 'name is required', 'name');
  if (value.length > 100) refuse(400, 'name should not be longer than 100 characters', 'name');
  if (!NAME.test(value)) {
    refuse(400, 'name should begin with a letter or _ and hold only letters, digits and _', 'name');
  }
  const same = (name: string): boolean => name.toLowerCase() === value.toLowerCase();
  if (RESERVED_FIELDS.some(({ name }) => same(name))) refuse(400, `'${value}' is a reserved field`, 'name');
  for (const field of call.sandbox.account.fields.values()) {
    if (field.id !== ownId && same(field.name))
      refuse(400, `a field named '${value}' already exists`, 'name');
  }
  return value;
}
