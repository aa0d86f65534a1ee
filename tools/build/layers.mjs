/**
 * The feature folders of each app in layers, the lowest first: a folder may import from those before it, never from
 * those after it. A folder that is absent here is a lint error. Files beside the folders (main, the root module) wire
 * everything and are imported by none of them. Tests are free.
 * @type {Record<string, string[]>}
 */
export const layers = {
  'apps/api/src': [
    // What every feature builds on.
    'problems',
    'config',
    'shutdown',
    'console',
    'openapi',
    'validation',
    'access',
    'background',
    'lists',
    'users',
    'auth',
    'api-keys',
    'idempotency',
    // Features.
    'audit',
    'health',
    'metrics',
    'destinations',
    'workspace',
    'connections',
    'profiles',
    'export-access',
    'runs',
    'imports',
    'segments',
    'refreshes',
    'schedules',
    'exports',
    'alerts',
    'events',
  ],
  'apps/worker/src': ['config', 'health', 'segment-refresh', 'export-runs'],
};
