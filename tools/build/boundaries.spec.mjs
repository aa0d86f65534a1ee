// @ts-check
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rules = ['@nx/enforce-module-boundaries', 'no-restricted-imports'];

/** Lints a line as if it stood in an existing file, so that its project is known. */
describe('the import rule', () => {
  /** @type {ESLint} */
  let eslint;

  before(async () => {
    // The rule reads Nx's picture of the workspace, and lets everything pass where there is none.
    await createProjectGraphAsync({ exitOnError: false });
    eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => rules.includes(ruleId) });
  });

  /**
   * @param {string} file
   * @param {string} imported
   */
  async function problems(file, imported) {
    const [result] = await eslint.lintText(`import * as it from '${imported}';\nexport const use = it;\n`, {
      filePath: path.join(root, file),
    });
    return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId ?? ''} ${message}`);
  }

  const forbidden = [
    ['libs/contracts/src/run.ts', '@audience-relay/data'],
    ['libs/destinations/core/src/batch.ts', 'mongoose'],
    ['libs/destinations/core/src/batch.ts', '@nestjs/common'],
    ['libs/destinations/sendgrid/src/index.ts', '@audience-relay/contracts'],
    ['libs/destinations/webhook/src/index.ts', '@audience-relay/destinations/sendgrid'],
    ['libs/exports/src/ports.ts', '@audience-relay/data'],
    ['libs/exports/src/ports.ts', '@audience-relay/destinations/sendgrid'],
    ['libs/intake/src/ports.ts', '@audience-relay/data'],
    ['libs/intake/src/ports.ts', 'mongoose'],
    ['libs/segments/src/index.ts', '@audience-relay/data'],
    ['libs/schedules/src/index.ts', '@audience-relay/data'],
    ['libs/data/src/index.ts', '@audience-relay/queue'],
    ['libs/data/src/index.ts', 'bull'],
    ['libs/data/src/index.ts', '@audience-relay/exports'],
    ['libs/queue/src/index.ts', '@audience-relay/exports'],
    ['apps/api/src/main.ts', '@audience-relay/destinations/sendgrid'],
    ['apps/api/src/main.ts', '@audience-relay/ui'],
    ['apps/admin/src/main.ts', '@audience-relay/data'],
    ['apps/admin/src/main.ts', 'mongoose'],
  ];
  for (const [file, imported] of forbidden) {
    it(`keeps ${imported} out of ${path.dirname(/** @type {string} */ (file))}`, async () => {
      const found = await problems(/** @type {string} */ (file), /** @type {string} */ (imported));
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(/** @type {string} */ (found[0]), new RegExp(rules.join('|')));
    });
  }

  const allowed = [
    ['libs/data/src/index.ts', '@audience-relay/segments'],
    ['libs/data/src/index.ts', '@audience-relay/intake'],
    ['libs/data/src/index.ts', '@audience-relay/exports/ports'],
    ['libs/queue/src/index.ts', '@audience-relay/exports/ports'],
    ['libs/destinations/sendgrid/src/index.ts', '@audience-relay/destinations/core'],
    ['apps/worker/src/main.ts', '@audience-relay/exports'],
    ['apps/admin/src/main.ts', '@audience-relay/ui'],
  ];
  for (const [file, imported] of allowed) {
    it(`lets ${imported} into ${path.dirname(/** @type {string} */ (file))}`, async () => {
      assert.deepEqual(await problems(/** @type {string} */ (file), /** @type {string} */ (imported)), []);
    });
  }
});
