import type { AccountUsage, Limits } from '@audience-relay/destinations/core';

/** Something about an export that deserves attention. */
export interface ExportWarning {
  code: string;
  message: string;
  /** Those in the sentence, for other languages. */
  numbers?: Record<string, number>;
}

export interface ExportLimits {
  destinationName: string;
  limits: Limits;
  /** Of the export itself; null = none. */
  hardLimit: number | null;
}

/**
 * What is wrong with the number of an export's members.
 * @param countOnConnection Members of all exports on the connection, each person once; null when it has none.
 */
export async function totalWarnings(
  { limits, hardLimit, destinationName }: ExportLimits,
  members: number,
  countOnConnection: (() => Promise<number>) | null,
): Promise<ExportWarning[]> {
  const warnings: ExportWarning[] = [];
  const hardest = Math.min(hardLimit ?? Infinity, limits.hardTotal ?? Infinity);
  if (members > hardest)
    warnings.push({
      code: 'over-hard-limit',
      message: `The segments have ${members} members, more than the limit of ${hardest}: runs are skipped.`,
      numbers: { members, limit: hardest },
    });

  const recommended = limits.recommendedTotal;
  if (recommended === undefined) return warnings;
  if (members > recommended)
    warnings.push({
      code: 'over-recommended-total',
      message:
        `The segments have ${members} members. ${destinationName} recommends at most ${recommended}: ` +
        'a run may take hours, and the plan of the account may not hold them.',
      numbers: { members, recommended },
    });
  else if (limits.totalScope === 'connection' && countOnConnection) {
    const all = await countOnConnection();
    if (all > recommended)
      warnings.push({
        code: 'connection-over-recommended-total',
        message:
          `All exports on this connection together have ${all} members. ` +
          `${destinationName} recommends at most ${recommended} in total.`,
        numbers: { members: all, recommended },
      });
  }
  return warnings;
}

/**
 * A warning when the people who are new could exceed what the account's plan allows.
 * @param delivered Those of the members who were delivered before.
 */
export function planWarning(
  name: string,
  { stored, storedLimit }: AccountUsage,
  members: number,
  delivered: number,
): ExportWarning | null {
  const added = Math.max(0, members - delivered);
  const sum = stored + added;
  if (added === 0 || sum <= storedLimit) return null;
  return {
    code: 'over-plan-limit',
    message:
      `The ${name} account holds ${stored} contacts, and its plan allows ${storedLimit}. With up to ${added} new ` +
      `people of this export there would be ${sum}: ${name} may refuse those above the limit.`,
    numbers: { stored, storedLimit, added, sum },
  };
}
