/** In characters. Length is what makes a password hard to guess. */
export const minPasswordLength = 12;

/** In characters: more is no safer, and hashing it costs. */
export const maxPasswordLength = 200;
