import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PARTS = [
  'package.json',
  'package-lock.json',
  'nx.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'eslint.config.mjs',
  '.prettierrc.json',
  'tools/build',
  'tools/test',
  'tools/generators',
  'libs/contracts',
  'libs/destinations',
];

/** A copy of the parts of the workspace that a destination needs. */
let workspace = '';

before(() => {
  workspace = mkdtempSync(path.join(tmpdir(), 'destination-generator-'));
  for (const part of PARTS) cpSync(path.join(ROOT, part), path.join(workspace, part), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(workspace, 'node_modules'));
});
after(() => rmSync(workspace, { recursive: true, force: true }));

/**
 * Runs an installed program in the copy, by the name that its package gives it.
 * @param {string} program
 * @param {string[]} args
 */
function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join('node_modules/.bin', program), ...args],
    {
      cwd: workspace,
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false', CI: 'true', NODE_TEST_CONTEXT: undefined },
      timeout: 240_000,
    },
  );
  return { status, output: `${stdout}\n${stderr}` };
}

/** @param {string} name */
const generate = (name) => run('nx', 'g', './tools/generators:destination', name);

/** @param {string} name */
const read = (name) => readFileSync(path.join(workspace, name), 'utf8');

const REGISTRY = 'libs/destinations/registry/src/destinations.ts';
const FOLDER = 'libs/destinations/acme-mail';

test('a new destination is one small folder and one entry in the registry', () => {
  const { status, output } = generate('acme-mail');
  assert.equal(status, 0, output);

  const files = readdirSync(path.join(workspace, FOLDER), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  );
  assert.deepEqual(files.map(({ name }) => name).sort(), ['index.spec.ts', 'index.ts', 'project.json']);
  const lines = files.map(({ parentPath, name }) =>
    readFileSync(path.join(parentPath, name), 'utf8').split('\n'),
  );
  assert.ok(lines.flat().length < 150, `it has ${lines.flat().length} lines`);

  const registry = read(REGISTRY);
  assert.match(registry, /import \{ acmeMail \} from '@audience-relay\/destinations\/acme-mail';/);
  assert.match(registry, /destinations: readonly Destination\[\] = \[sendgrid, webhook, file, acmeMail\];/);
  assert.match(read(`${FOLDER}/src/index.ts`), /name: SERVICE,/);
  assert.match(read(`${FOLDER}/src/index.ts`), /const SERVICE = 'Acme Mail';/);
});

test('it is formatted, and passes lint, types, the conformance suite and the registry', () => {
  const touched = [FOLDER, REGISTRY];
  const formatted = run('prettier', '--check', ...touched);
  assert.equal(formatted.status, 0, formatted.output);
  const linted = run('nx', 'run-many', '-t', 'lint', '-p', 'destinations-acme-mail,destinations-registry');
  assert.equal(linted.status, 0, linted.output);
  const typed = run('tsc', '--noEmit', '-p', 'tsconfig.json');
  assert.doesNotMatch(typed.output, /acme-mail|registry/);

  const specs = [FOLDER, 'libs/destinations/registry'];
  const tested = run('jest', '-c', 'tools/test/jest.unit.config.cjs', ...specs);
  assert.equal(tested.status, 0, tested.output);
  for (const folder of specs) assert.ok(tested.output.includes(`PASS ${folder}/src/`), tested.output);
});

test('the import rule holds for it', () => {
  const file = path.join(workspace, FOLDER, 'src/index.ts');
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, `import 'mongoose';\nimport '@audience-relay/destinations/webhook';\n${source}`);
  const { status, output } = run('nx', 'lint', 'destinations-acme-mail');
  writeFileSync(file, source);
  assert.notEqual(status, 0);
  assert.equal(output.match(/@nx\/enforce-module-boundaries/g)?.length, 2, output);
});

test('a name that is taken or cannot be a key is refused', () => {
  const again = generate('acme-mail');
  assert.notEqual(again.status, 0);
  assert.match(again.output, /There is a folder libs\/destinations\/acme-mail already/);
  const wrong = generate('Acme');
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.output, /Acme/);
});
