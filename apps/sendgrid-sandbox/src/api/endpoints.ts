import { upsertEndpoints } from './contacts-upsert';
import { lookupEndpoints } from './contacts-lookup';
import { readEndpoints } from './contacts-read';
import type { Endpoint } from './endpoint';
import { fieldEndpoints } from './field-definitions';
import { jobEndpoints } from './jobs';
import { listEndpoints } from './lists';
import { scopeEndpoints } from './scopes';

/** The whole API. The first path that matches answers. */
export const endpoints: readonly Endpoint[] = [
  ...scopeEndpoints,
  ...listEndpoints,
  ...fieldEndpoints,
  ...upsertEndpoints,
  ...jobEndpoints,
  ...lookupEndpoints,
  ...readEndpoints,
];
