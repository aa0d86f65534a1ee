/** An identity as lists of issues show it: `jbutt@gmail.com` -> `j***@gmail.com`, `A-1047` -> `A***`. */
export function maskIdentity(identity: string): string {
  const at = identity.lastIndexOf('@');
  const first = Array.from(identity)[0] ?? '';
  return at > 0 ? `${first}***${identity.slice(at)}` : `${first}***`;
}
