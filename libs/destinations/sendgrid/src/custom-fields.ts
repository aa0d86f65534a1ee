import { setTimeout as sleep } from 'node:timers/promises';
import { DestinationError, type CustomFieldMapping } from '@audience-relay/destinations/core';
import { arrayMember, call, jsonBody, textMember } from './api';
import type { ListContext } from './connection';
import { remoteTypes, type RemoteType } from './mapping';

/** A custom field of the account, as rows need it. */
export interface ResolvedField {
  name: string;
  id: string;
  type: RemoteType;
}

export interface FieldTimes {
  /** How long a new field is left alone: SendGrid lists it at once and refuses it for some seconds. */
  settleMs: number;
  /** How often and how long it is looked for in the list of fields. */
  pollMs: number;
  giveUpMs: number;
}

const usualTimes: FieldTimes = { settleMs: 5_000, pollMs: 1_000, giveUpMs: 30_000 };

interface Definitions {
  /** By lower-case name: names are unique in any case. */
  custom: ReadonlyMap<string, ResolvedField>;
  reserved: ReadonlySet<string>;
}

/**
 * Finds the id of every mapped custom field by its name and creates those that are missing, with the right type.
 * A dry run creates nothing and shows the name where the id would be.
 */
export async function resolveCustomFields(ctx: ListContext, times = usualTimes): Promise<ResolvedField[]> {
  const mapped = ctx.mapping.custom;
  if (mapped.length === 0) return [];

  let definitions = await readDefinitions(ctx);
  const missing = mapped.filter((field) => !definitions.custom.has(field.name.toLowerCase()));
  for (const field of missing) {
    if (definitions.reserved.has(field.name.toLowerCase())) throw reservedName(field.name);
  }
  if (missing.length > 0 && !ctx.dryRun) {
    for (const field of missing) await createField(ctx, field);
    definitions = await waitForFields(ctx, missing, times);
  }
  return mapped.map((field) => {
    const found = definitions.custom.get(field.name.toLowerCase());
    if (!found) return { name: field.name, id: field.name, type: remoteTypes[field.type] };
    if (found.type !== 'Text' && found.type !== remoteTypes[field.type]) throw otherType(field, found.type);
    return { ...found, name: field.name };
  });
}

async function readDefinitions(ctx: ListContext): Promise<Definitions> {
  const { body } = await call(ctx, {
    method: 'GET',
    path: '/v3/marketing/field_definitions',
    bucket: 'fields',
    right: 'read custom fields',
  });
  const custom = new Map<string, ResolvedField>();
  for (const each of arrayMember(body, 'custom_fields')) {
    const [id, name, type] = [
      textMember(each, 'id'),
      textMember(each, 'name'),
      textMember(each, 'field_type'),
    ];
    if (id !== undefined && name !== undefined && isRemoteType(type)) {
      custom.set(name.toLowerCase(), { name, id, type });
    }
  }
  const reserved = arrayMember(body, 'reserved_fields').map(
    (each) => textMember(each, 'name')?.toLowerCase() ?? '',
  );
  return { custom, reserved: new Set(reserved) };
}

function isRemoteType(type: string | undefined): type is RemoteType {
  return type === 'Text' || type === 'Number' || type === 'Date';
}

async function createField(ctx: ListContext, { name, type }: CustomFieldMapping): Promise<void> {
  await call(ctx, {
    method: 'POST',
    path: '/v3/marketing/field_definitions',
    body: jsonBody({ name, field_type: remoteTypes[type] }),
    bucket: 'fields',
    right: 'create custom fields',
    // Another worker may have made it a moment ago: what counts is whether it is there afterwards.
    expected: [400],
  });
}

async function waitForFields(
  ctx: ListContext,
  wanted: readonly CustomFieldMapping[],
  times: FieldTimes,
): Promise<Definitions> {
  const deadline = Date.now() + times.giveUpMs;
  await wait(times.settleMs, ctx.signal);
  for (;;) {
    const definitions = await readDefinitions(ctx);
    const absent = wanted.filter((field) => !definitions.custom.has(field.name.toLowerCase()));
    if (absent.length === 0) return definitions;
    if (Date.now() >= deadline) throw notCreated(absent.map((field) => field.name));
    await wait(times.pollMs, ctx.signal);
  }
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    const message = 'Waiting for new custom fields in SendGrid was stopped.';
    throw new DestinationError({ kind: 'retryable', code: 'aborted', message });
  }
}

function notCreated(names: readonly string[]): DestinationError {
  const message =
    `SendGrid did not create the custom fields ${names.join(', ')}. ` +
    'The account may have its most of 500 custom fields: delete some there, or map fewer.';
  return new DestinationError({ kind: 'permanent', code: 'custom-fields-not-created', message });
}

function reservedName(name: string): DestinationError {
  const message = `SendGrid keeps the name ${name} for itself. Give the custom field another name in the export.`;
  return new DestinationError({ kind: 'permanent', code: 'custom-field-reserved', message });
}

function otherType({ name, type }: CustomFieldMapping, remote: RemoteType): DestinationError {
  const message =
    `The custom field ${name} is a ${remote} field in SendGrid and cannot take ${type} values. ` +
    'Map a field of that type, or give the custom field another name.';
  return new DestinationError({ kind: 'permanent', code: 'custom-field-type', message });
}
