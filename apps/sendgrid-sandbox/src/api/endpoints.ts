import { deleteEndpoints } from './contacts-delete';
import { exportEndpoints } from './contacts-export';
import { importEndpoints } from './contacts-import';
import { lookupEndpoints } from './contacts-lookup';
import { readEndpoints } from './contacts-read';
import { searchEndpoints } from './contacts-search';
import { upsertEndpoints } from './contacts-upsert';
import type { Endpoint } from './endpoint';
import { erasureEndpoints } from './erasure';
import { fieldEndpoints } from './field-definitions';
import { jobEndpoints } from './jobs';
import { listEndpoints } from './lists';
import { scopeEndpoints } from './scopes';
import { userEndpoints } from './user';

/** The whole API. The first path that matches answers, so `/contacts/{id}` is near the end. */
export const endpoints: readonly Endpoint[] = [
  ...scopeEndpoints,
  ...userEndpoints,
  ...listEndpoints,
  ...fieldEndpoints,
  ...upsertEndpoints,
  ...jobEndpoints,
  ...importEndpoints,
  ...exportEndpoints,
  ...searchEndpoints,
  ...lookupEndpoints,
  ...deleteEndpoints,
  ...readEndpoints,
  ...erasureEndpoints,
];
