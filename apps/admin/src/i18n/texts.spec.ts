import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes } from '@audience-relay/contracts';
import { statusLooks } from '../app/shared/status/status-looks';
import en from './en.json';
import nb from './nb.json';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[prefix + key, value]] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

const english = flat(en);
const norwegian = flat(nb);

const sources = readdirSync(join(__dirname, '..'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /(?<!\.spec)\.(ts|html)$/.test(entry.name))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

/** Keys made of a fixed beginning and a code: `status.run.${status}`. */
const beginnings = [...sources.matchAll(/[`']([a-z][A-Za-z]*(?:\.[A-Za-z-]+)*\.)\$\{/g)].map(
  (match) => match[1] ?? '',
);

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1]).sort();

describe('the texts', () => {
  it('should have the same keys in both languages', () => {
    expect([...norwegian.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('should fill in the same values in both languages', () => {
    const differing = [...english].filter(
      ([key, text]) =>
        placeholders(text).join() !== placeholders(norwegian.get(key) ?? '').join() &&
        !/\.(one|other)$/.test(key),
    );
    expect(differing).toEqual([]);
  });

  it('should have words for every key', () => {
    expect([...english, ...norwegian].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('should all be used', () => {
    const unused = [...english.keys()].filter((key) => {
      const name = key.replace(/\.(one|other)$/, '');
      const quoted = ["'", '"', '`'].some((quote) => sources.includes(quote + name + quote));
      return !quoted && !beginnings.some((beginning) => key.startsWith(beginning));
    });
    expect(unused).toEqual([]);
  });

  it('should have words for every status, and no others', () => {
    const shown = Object.entries(statusLooks).flatMap(([kind, looks]) =>
      Object.keys(looks).map((value) => `status.${kind}.${value}`),
    );
    expect([...english.keys()].filter((key) => key.startsWith('status.')).sort()).toEqual(shown.sort());
  });

  // Keys written out are checked by the compiler (TextKey); codes come from outside.
  it('should know every problem code of the API', () => {
    expect(Object.keys(problemCodes).filter((code) => !english.has(`problems.${code}`))).toEqual([]);
  });
});
