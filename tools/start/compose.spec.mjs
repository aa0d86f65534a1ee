// @ts-check
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from './settings.mjs';

const read = (/** @type {string} */ file) => readFileSync(path.join(ROOT, file), 'utf8');

/** @param {string} app @returns {string[]} the variables that it reads */
function variablesOf(app) {
  const sources = path.join(ROOT, 'apps', app, 'src');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /config\.ts$/.test(file),
  );
  const texts = files.map((file) => readFileSync(path.join(sources, file), 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/environment\.\w+\(\s*'([A-Z_]+)'/g)].map((found) => found[1]),
  );
}

describe('docker-compose.yml', () => {
  const compose = read('docker-compose.yml');
  // Set by the image or fixed by the file itself: where the processes listen, and where the console lies.
  const fixed = ['HOST', 'PORT', 'WORKER_PORT', 'CONSOLE_DIR'];

  for (const app of ['api', 'worker']) {
    it(`passes every setting on to the ${app}`, () => {
      const wanted = variablesOf(app).filter((name) => !fixed.includes(name));
      assert.ok(wanted.length > 3);
      const own = new RegExp(`^  ${app}:\\n(?:^(?:    .*)?\\n)+`, 'm').exec(compose)?.[0] ?? '';
      const shared = compose.slice(0, compose.indexOf('\nservices:'));
      const missing = wanted.filter((name) => !new RegExp(`^ +${name}:`, 'm').test(shared + own));
      assert.deepEqual(missing, []);
    });
  }

  it('has its databases protected, and names exact versions of their images', () => {
    assert.match(compose, /MONGO_INITDB_ROOT_PASSWORD: /);
    assert.match(compose, /requirepass/);
    const images = [...compose.matchAll(/image: (\S+)/g)].map((found) => found[1]);
    assert.equal(images.length, 2);
    for (const image of images) assert.match(image, /:\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?$/);
  });

  it('publishes the sandbox on this machine only, and the databases not at all', () => {
    const ports = [...compose.matchAll(/ports: \['(.*)'\]/g)].map((found) => found[1]);
    assert.deepEqual(ports, ['${PORT:-3000}:3000', '127.0.0.1:${SANDBOX_PORT:-4010}:4010']);
  });
});

describe('docs/operations.md', () => {
  it('describes every setting', () => {
    const text = read('docs/operations.md');
    const all = ['api', 'worker'].flatMap(variablesOf);
    assert.deepEqual(
      [...new Set(all)].filter((name) => !text.includes(`\`${name}\``)),
      [],
    );
  });
});
