import type { FieldSpecs, FieldValues } from './field-spec';

/** Stands where a secret is not shown. */
export const secretMask = '••••••••';

/** Divides values into those that may be stored as they are and those that must be encrypted. */
export function splitSecrets(
  specs: FieldSpecs,
  values: FieldValues,
): { open: FieldValues; secrets: Readonly<Record<string, string>> } {
  const open: Record<string, FieldValues[string]> = {};
  const secrets: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    if (specs[key]?.type === 'secret') secrets[key] = String(value);
    else open[key] = value;
  }
  return { open, secrets };
}
