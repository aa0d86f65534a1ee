/** The address to go on to after sign-in. Only one of the console's own: anything else becomes the first page. */
export function innerAddress(wanted: string | null | undefined): string {
  return wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/';
}
