// Keeps apps/api/openapi.json and libs/api-client/src/generated what the API's code says.
// `npm run generate` writes both; with `--check` nothing is written, and a stale file fails with a sentence.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const openApiFile = join(root, 'apps/api/openapi.json');
const clientFolder = join(root, 'libs/api-client/src/generated');

/** @typedef {{ openApi: string, client: string }} Generated the file and the folder */

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` failed.`);
}

/** @param {string} name of a program of an installed package */
function bin(name) {
  return join(root, 'node_modules/.bin', name);
}

/**
 * Builds the API and writes what it says into the folder.
 *
 * @param {string} folder
 * @returns {Generated}
 */
function generateInto(folder) {
  run(bin('rspack'), [
    'build',
    '-c',
    'tools/build/node-app.config.cjs',
    '--env',
    'app=api',
    '--output-path',
    join(folder, 'api'),
  ]);
  const openApi = join(folder, 'openapi.json');
  run(process.execPath, [join(folder, 'api/main.js'), '--openapi', openApi]);
  run(bin('ng-openapi-gen'), [
    '--config',
    'tools/openapi/ng-openapi-gen.json',
    '--input',
    openApi,
    '--output',
    join(folder, 'client'),
  ]);
  return { openApi, client: join(folder, 'client') };
}

/**
 * @param {string} folder
 * @returns {Map<string, string>} relative path -> text
 */
function filesIn(folder) {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, 'utf8')]),
  );
}

/**
 * @param {Map<string, string>} left
 * @param {Map<string, string>} right
 */
function sameFiles(left, right) {
  return left.size === right.size && [...left].every(([name, text]) => right.get(name) === text);
}

/** @param {Generated} generated */
function check({ openApi, client }) {
  const stale = [];
  if (!existsSync(openApiFile) || readFileSync(openApi, 'utf8') !== readFileSync(openApiFile, 'utf8'))
    stale.push('apps/api/openapi.json does not say what the API says');
  if (!sameFiles(filesIn(client), filesIn(clientFolder)))
    stale.push('libs/api-client/src/generated does not belong to this API');
  if (stale.length === 0) return console.log('The OpenAPI file and the client are up to date.');
  console.error(`${stale.join(', and ')}: run \`npm run generate\` and commit the result.`);
  process.exitCode = 1;
}

/** @param {Generated} generated */
function write({ openApi, client }) {
  cpSync(openApi, openApiFile);
  rmSync(clientFolder, { recursive: true, force: true });
  cpSync(client, clientFolder, { recursive: true });
  console.log(`Wrote ${relative(root, openApiFile)} and ${relative(root, clientFolder)}.`);
}

// Inside the checkout, so that the built API finds node_modules.
const folder = mkdtempSync(join(root, 'node_modules/.openapi-'));
try {
  const generated = generateInto(folder);
  if (process.argv.includes('--check')) check(generated);
  else write(generated);
} catch (error) {
  console.error(`Could not generate: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
