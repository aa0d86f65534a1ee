// @ts-check
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { layers } from './layers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId.startsWith('imports/') });

/**
 * Lints a line as if it stood in an existing file.
 * @param {string} file
 * @param {string} line
 */
async function problems(file, line) {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: path.join(root, file) });
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

describe('layers', () => {
  for (const [source, order] of Object.entries(layers))
    it(`names every folder of ${source} once`, () => {
      const folders = readdirSync(path.join(root, source), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
        .map(({ name }) => name);
      assert.deepEqual([...order].sort(), folders.sort());
    });

  it('lets a feature import from below', async () => {
    const line = "import { RunsService } from '../runs/runs.service';";
    assert.deepEqual(await problems('apps/api/src/exports/exports.service.ts', line), []);
  });

  for (const line of [
    "import { ExportsService } from '../exports/exports.service';",
    "import type { ExportsService } from '../exports/exports.service';",
    "export * from '../exports/exports.service';",
  ])
    it(`refuses an import from above: ${line}`, async () => {
      const found = await problems('apps/api/src/users/user-names.ts', line);
      assert.deepEqual(found, [
        'imports/layers: users must not import from exports: it is a lower layer (tools/build/layers.mjs).',
      ]);
    });

  it('keeps features away from the files that wire them', async () => {
    const [found] = await problems('apps/api/src/users/user-names.ts', "import '../create-app';");
    assert.match(found ?? '', /^imports\/layers: users must not import from create-app.ts/);
  });
});
