import type { ConnectionRecord, ConnectionValue } from '@audience-relay/data';
import { checkValues, type Destination, splitSecrets } from '@audience-relay/destinations/registry';
import { invalid } from '../problems/problem.exception';

type Values = Readonly<Record<string, ConnectionValue>>;

export interface AcceptedFields {
  /** Everything, for the plugin. */
  values: Values;
  /** What may be stored as it is. */
  open: Record<string, ConnectionValue>;
  /** What must be sealed. */
  secrets: Record<string, string>;
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && /^https?:\/\//i.test(value);

/** Whether credentials would go somewhere else than before. */
function changesAddress(before: Values, after: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys({ ...before, ...after });
  return keys.some(
    (key) =>
      (before[key] ?? null) !== (after[key] ?? null) && (isAddress(before[key]) || isAddress(after[key])),
  );
}

/** Checks what was entered for a new connection. @throws ProblemException `validation-failed` */
export function acceptFields(
  { connection: { fields: specs } }: Destination,
  entered: Readonly<Record<string, unknown>>,
): AcceptedFields {
  const { values, problems } = checkValues(specs, entered);
  if (problems.length > 0)
    throw invalid(...problems.map(({ path, message }) => ({ path: `fields.${path}`, message })));
  const { open, secrets } = splitSecrets(specs, values);
  return { values, open: { ...open }, secrets: { ...secrets } };
}

/**
 * Checks a change of stored fields. Secrets that are left out are kept, but not when an address changes: whoever may
 * edit a connection must not be able to have its key sent to a machine of their own.
 * @param stored With secrets in clear.
 * @throws ProblemException `validation-failed`
 */
export function acceptChangedFields(
  destination: Destination,
  record: ConnectionRecord,
  stored: Values,
  entered: Readonly<Record<string, unknown>>,
): AcceptedFields {
  const specs = destination.connection.fields;
  const all = { ...record.fields, ...entered };
  const moved = changesAddress(record.fields, all);
  const { values, problems } = checkValues(specs, all, moved ? {} : splitSecrets(specs, stored).secrets);
  if (problems.length > 0)
    throw invalid(
      ...problems.map(({ path, message }) => ({
        path: `fields.${path}`,
        message:
          moved && specs[path]?.type === 'secret'
            ? `${message} It must be entered again, because the address was changed.`
            : message,
      })),
    );
  const { open, secrets } = splitSecrets(specs, values);
  return { values, open: { ...open }, secrets: { ...secrets } };
}
