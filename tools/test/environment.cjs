// @ts-check
/*
 * Loaded before any test: takes out of the environment what the caller has set for something else, such as a port, an
 * address or a password of a system in use. What stays says where programs, temporary files and the network are.
 */
const KEPT = [
  ...[
    'path',
    'home',
    'user',
    'logname',
    'shell',
    'term',
    'tmpdir',
    'temp',
    'tmp',
    'xdg_cache_home',
    'systemroot',
  ],
  ...['(http|https|no|all)_proxy', 'ssl_cert_(file|dir)', 'node_extra_ca_certs', 'npm_config_.*'],
  ...['go(proxy|sumdb|nosumdb|private)', 'debian_mirror', 'mongoms_download_mirror', 'chromium_path'],
  // Where the bench keeps its results, and what test programs pass on to each other.
  ...['data_dir', 'test_.*', 'faults_.*', 'nx_.*', 'jest_worker_id', 'node_test_context'],
];
const kept = new RegExp(`^(${KEPT.join('|')})$`, 'i');

for (const name of Object.keys(process.env)) if (!kept.test(name)) delete process.env[name];
Object.assign(process.env, { LANG: 'C.UTF-8', TZ: 'UTC', NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true' });
Object.assign(process.env, { NG_CLI_ANALYTICS: 'false', FORCE_COLOR: '0', NO_COLOR: '1' });
