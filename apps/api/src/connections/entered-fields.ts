import type { ConnectionValue } from '@audience-relay/data';
import {
  changeValues,
  type CheckedValues,
  checkValues,
  type Destination,
  type FieldSpecs,
  splitSecrets,
  type StoredValues,
} from '@audience-relay/destinations/registry';
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

/** Checks what was entered for a new connection. @throws ProblemException `validation-failed` */
export function acceptFields(
  { connection: { fields: specs } }: Destination,
  entered: Readonly<Record<string, unknown>>,
): AcceptedFields {
  return accept(specs, checkValues(specs, entered));
}

/** Checks a change of stored fields. @throws ProblemException `validation-failed` */
export function acceptChangedFields(
  { connection: { fields: specs } }: Destination,
  stored: StoredValues,
  entered: Readonly<Record<string, unknown>>,
): AcceptedFields {
  return accept(specs, changeValues(specs, stored, entered));
}

function accept(specs: FieldSpecs, { values, problems }: CheckedValues): AcceptedFields {
  if (problems.length > 0)
    throw invalid(...problems.map(({ path, message }) => ({ path: `fields.${path}`, message })));
  const { open, secrets } = splitSecrets(specs, values);
  return { values, open: { ...open }, secrets: { ...secrets } };
}
