import { LIMITS } from '../settings';
import type { Call } from './endpoint';
import { proxyPage, Refusal } from './reply';

/** Comma-separated ids of the query. Too many of them never reach the API: the proxy in front answers. */
export function idsOfQuery(call: Call, name: string): string[] {
  const sent = call.rawQuery.split('&').find((part) => part.startsWith(`${name}=`));
  if (sent && sent.length - name.length - 1 > LIMITS.queryIdsLength) {
    throw new Refusal(proxyPage(414, 'Request-URI Too Large'));
  }
  return (call.query.get(name) ?? '').split(',').filter((id) => id !== '');
}
