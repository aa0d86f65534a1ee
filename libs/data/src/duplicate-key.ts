/** The server's code for it. */
export const duplicateKey = 11000;

/**
 * Whether a write failed because a unique index already holds the value.
 * FerretDB 2.7 passes PostgreSQL's own words on when the write was a findOneAndUpdate.
 */
export function isDuplicateKey(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    code === duplicateKey || (code === 1 && /violates (exclusion|unique) constraint/.test(String(message)))
  );
}
