/** Members that never reach a log, wherever they stand in the first three levels of a logged object. */
const secretMembers = [
  'password',
  'passwordHash',
  'newPassword',
  'currentPassword',
  'accessToken',
  'refreshToken',
  'token',
  'apiKey',
  'secret',
  'secrets',
  'authorization',
  'cookie',
  'email',
  'firstName',
  'lastName',
  'rows',
  'records',
  'members',
  'fields',
];

/** Paths for pino's `redact`. */
export const redactedPaths = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  ...secretMembers.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]),
];

export const censor = '[hidden]';

const emailPattern = /[^\s@"'<>(),;:=/?&]+(?:@|%40)[^\s@"'<>(),;:=/?&]+\.[a-z]{2,}/gi;
const sendGridKeyPattern = /\bSG\.[\w-]{4,}\.[\w-]{4,}/g;
const bearerPattern = /\bBearer\s+[\w.~+/=-]+/gi;
const addressPasswordPattern = /(:\/\/[^\s/:@]*:)[^\s/@]+@/g;

/** Takes e-mail addresses and credentials out of free text: the net below "do not log it", not a licence to. */
export function scrub(text: string): string {
  return text
    .replace(addressPasswordPattern, `$1${censor}@`)
    .replace(bearerPattern, `Bearer ${censor}`)
    .replace(sendGridKeyPattern, censor)
    .replace(emailPattern, censor);
}
