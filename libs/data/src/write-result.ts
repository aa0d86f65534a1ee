import { isDuplicateKey } from './duplicate-key';

/** `conflict`: it is gone, or has another version by now. `name-taken`: another one has this name or address. */
export type WriteRefusal = 'conflict' | 'name-taken';

/** What came of a write that can be refused. Where it was refused, nothing was written. */
export type WriteResult<Saved> = { saved: Saved } | { refused: WriteRefusal };

/** @param write Resolves to null where no document of the expected version was found. */
export async function writeResult<Saved>(write: () => Promise<Saved | null>): Promise<WriteResult<Saved>> {
  try {
    const saved = await write();
    return saved === null ? { refused: 'conflict' } : { saved };
  } catch (error) {
    if (isDuplicateKey(error)) return { refused: 'name-taken' };
    throw error;
  }
}
