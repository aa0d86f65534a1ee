const path = require('node:path');
const { formatFiles, generateFiles, names } = require('@nx/devkit');

const FOLDER = 'libs/destinations';
const REGISTRY = `${FOLDER}/registry/src/destinations.ts`;

/**
 * Makes the folder of a new destination and adds it to the registry.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 */
module.exports = async function generateDestination(tree, { name }) {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 50) {
    throw new Error(
      `"${name}" cannot be a destination's key: use lower-case letters, digits and single hyphens.`,
    );
  }
  const folder = `${FOLDER}/${name}`;
  if (tree.exists(folder)) throw new Error(`There is a folder ${folder} already. Choose another name.`);

  const { propertyName, className } = names(name);
  const title = className.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ');
  generateFiles(tree, path.join(__dirname, 'files'), folder, { key: name, variable: propertyName, title });
  tree.write(REGISTRY, registered(tree.read(REGISTRY, 'utf8') ?? '', name, propertyName));
  await formatFiles(tree);
};

/** The registry with one more import and one more entry. */
function registered(source, name, variable) {
  const importLine = `import { ${variable} } from '@audience-relay/destinations/${name}';\n`;
  const list = /(export const destinations[^=]*= \[)([^\]]*?),?\s*\]/;
  const anchor = "import { makeRegistry } from './registry';";
  if (!list.test(source) || !source.includes(anchor)) {
    throw new Error(`${REGISTRY} has another form than expected. Add the destination to it by hand.`);
  }
  return source.replace(anchor, `${importLine}${anchor}`).replace(list, `$1$2, ${variable}]`);
}
