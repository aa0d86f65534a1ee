// @ts-check
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layers } from './layers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const isTest = (/** @type {string} */ file) => /spec\.\w+$|\/testing\//.test(file);

/**
 * @param {string} from The importing file.
 * @param {string} specifier
 * @returns {string | null} The imported file; null for packages and other projects: boundaries.mjs is about those.
 */
function resolve(from, specifier) {
  if (!specifier.startsWith('.')) return null;
  const base = path.resolve(path.dirname(from), specifier);
  const candidates = [base, `${base}.ts`, path.join(base, 'index.ts')];
  return candidates.find((file) => existsSync(file) && statSync(file).isFile()) ?? null;
}

/**
 * @param {(file: string, imported: string) => string | null} problemOf
 * @returns {import('eslint').Rule.RuleModule}
 */
const importRule = (problemOf) => ({
  create({ filename, report }) {
    if (isTest(filename)) return {};
    const check = (/** @type {any} */ node) => {
      const imported = typeof node.source?.value === 'string' && resolve(filename, node.source.value);
      const message = imported && problemOf(filename, imported);
      if (message) report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
});

/**
 * @param {string} file
 * @param {string} imported
 */
function layerProblem(file, imported) {
  for (const [source, order] of Object.entries(layers)) {
    const folderOf = (/** @type {string} */ name) =>
      path.relative(path.join(root, source), name).split(path.sep);
    const [[from = '', ...inFrom], [to = '', ...inTo]] = [folderOf(file), folderOf(imported)];
    // Elsewhere, in the same folder, or a file beside the folders.
    if (from === '..' || to === '..' || from === to || inFrom.length === 0) continue;
    if (!order.includes(from)) return `The folder ${from} is missing in tools/build/layers.mjs.`;
    if (inTo.length === 0 || order.indexOf(to) > order.indexOf(from))
      return `${from} must not import from ${to}: it is a lower layer (tools/build/layers.mjs).`;
  }
  return null;
}

/** @type {import('eslint').ESLint.Plugin} */
export const importRules = {
  rules: {
    layers: importRule(layerProblem),
  },
};
