// @ts-check
/* The commit hook: `commit-subject.mjs <file of the message>` refuses a subject that `nx release` could not read. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const FORM = /^(feat|fix|perf|refactor|docs|test|build|ci|chore|style|revert)(\([a-z0-9/,-]+\))?!?: \S.*$/;
const LONGEST = 72;

/**
 * @param {string} subject
 * @returns {string | null} what is wrong with it
 */
export function objectionTo(subject) {
  if (/^(Merge|fixup!|squash!) /.test(subject)) return null;
  if (!FORM.test(subject)) {
    return `The commit subject "${subject}" must read "type(scope): what", for example "fix(api): refuse a null name".`;
  }
  if (subject.length > LONGEST)
    return `The commit subject has ${subject.length} characters: use ${LONGEST} at most.`;
  return null;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const objection = objectionTo(readFileSync(process.argv[2] ?? '', 'utf8').split('\n')[0] ?? '');
  if (objection) console.error(objection);
  process.exitCode = objection ? 1 : 0;
}
