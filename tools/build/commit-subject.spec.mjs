// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectionTo } from './commit-subject.mjs';

describe('a commit subject', () => {
  for (const subject of ['fix(api): refuse a null name', 'feat!: drop Node 18', 'Merge branch main']) {
    it(`may be "${subject}"`, () => assert.equal(objectionTo(subject), null));
  }
  for (const subject of ['Fix it', 'fix(api) refuse', 'fix:', `feat: ${'x'.repeat(70)}`]) {
    it(`may not be "${subject}"`, () => assert.match(objectionTo(subject) ?? '', /^The commit subject/));
  }
});
