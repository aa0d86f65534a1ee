// @ts-check
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/**
 * @param {string[]} names in order of preference
 * @param {NodeJS.ProcessEnv} [env] whose PATH is searched
 * @returns {string | null} the full path of the first command that can be run
 */
export function findCommand(names, env = process.env) {
  for (const name of names) {
    for (const folder of (env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
      const file = path.join(folder, name);
      if (isProgram(file)) return file;
    }
  }
  return null;
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
