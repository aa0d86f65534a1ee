import type { FieldSpecs, FieldValues } from './field-spec';

/** Stands where a stored secret is not shown. Sent back by a form, it means: keep what is stored. */
export const secretMask = '••••••••';

/** Stored values as the API may show them: every secret that is set becomes the mask. */
export function maskValues(specs: FieldSpecs, values: FieldValues): FieldValues {
  const { open, secrets } = splitSecrets(specs, values);
  return { ...open, ...Object.fromEntries(Object.keys(secrets).map((key) => [key, secretMask])) };
}

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
