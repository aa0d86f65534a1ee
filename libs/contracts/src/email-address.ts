// The local part, an at sign, and a domain of dot-separated labels; what mail systems take, not all of RFC 5322.
const emailPattern =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** Whether a lower-cased address is well formed. */
export function isEmail(address: string): boolean {
  return address.length <= 254 && address.indexOf('@') <= 64 && emailPattern.test(address);
}
