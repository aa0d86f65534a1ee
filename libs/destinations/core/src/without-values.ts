/**
 * A remote sentence without what may be a row's value: quoted parts, addresses, long digit runs and the given
 * values are cut out, and the rest is kept to 200 characters. For messages that a person reads.
 */
export function withoutValues(text: string, values: readonly string[] = []): string {
  let safe = text;
  for (const value of values) if (value.length > 1) safe = safe.replaceAll(value, '…');
  return safe
    .replace(/"[^"]*"|'[^']*'|`[^`]*`|«[^»]*»|“[^”]*”/g, '…')
    .replace(/[^\s<>()[\],;:]*@[^\s<>()[\],;:]*/g, '…')
    .replace(/\+?\d[\d\s().-]{4,}\d/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
