/** A part of the profile ids in their order: after `from` (null = from the first), up to and with `to` (null = to the last). */
export interface IdRange {
  readonly from: string | null;
  readonly to: string | null;
}

export const allIds: IdRange = { from: null, to: null };

/**
 * Compares two ids as the database does: by code point (UTF-8 bytes). JavaScript's own `<` compares UTF-16 units,
 * which differs for characters beyond the basic plane; a merge of two streams must not disagree with their order.
 */
export function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    if (unitA === unitB) continue;
    const surrogateA = unitA >= 0xd800 && unitA <= 0xdfff;
    const surrogateB = unitB >= 0xd800 && unitB <= 0xdfff;
    if (surrogateA !== surrogateB) return surrogateA ? 1 : -1;
    return unitA < unitB ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

/** Puts parts of the ids in order and joins those that touch. */
export function mergeRanges(ranges: readonly IdRange[]): IdRange[] {
  const merged: { from: string | null; to: string | null }[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => compareStarts(a.from, b.from))) {
    const last = merged.at(-1);
    if (last && last.to !== null && last.to === from) last.to = to;
    else merged.push({ from, to });
  }
  return merged;
}

function compareStarts(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  return compareIds(a, b);
}
