// @ts-check
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the rule about import circles', () => {
  /** @type {string} */
  let folder;

  before(() => {
    mkdirSync(path.join(root, 'tmp'), { recursive: true });
    folder = mkdtempSync(path.join(root, 'tmp/circles-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** @param {Record<string, string>} files */
  function check(files) {
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    const program = path.join(root, 'node_modules/.bin/depcruise');
    const args = [program, '--config', 'tools/build/circles.mjs', path.relative(root, folder)];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { status, stdout };
  }

  it('lets a file import another', () => {
    const { status, stdout } = check({
      'a.ts': `import { b } from './b';\nexport const a = b;\n`,
      'b.ts': `export const b = 1;\n`,
    });
    assert.equal(status, 0, stdout);
  });

  for (const [name, back] of [
    ['a circle', `import { a } from './a';\nexport const b: number = a;\n`],
    ['a circle over a type', `import type { A } from './a';\nexport const b = 1 as A;\n`],
  ]) {
    it(`finds ${name}`, () => {
      const a = `import { b } from './b';\nexport type A = number;\nexport const a = b;\n`;
      const { status, stdout } = check({ 'a.ts': a, 'b.ts': back });
      assert.notEqual(status, 0, stdout);
      assert.match(stdout, /no-circle: .*[ab]\.ts/);
    });
  }

  it('finds none in the workspace', () => {
    const args = [
      path.join(root, 'node_modules/.bin/depcruise'),
      '--config',
      'tools/build/circles.mjs',
      'apps',
      'libs',
    ];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /no dependency violations found \([5-9]\d\d modules/);
  });
});
