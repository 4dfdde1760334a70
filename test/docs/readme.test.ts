import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { current, withoutTimes } from '../../lab/pages/readme.ts';
import { ROOT } from '../support/markdown.ts';

/** The targets of the links of a page that lead to files of this repository. */
function links(page: string): string[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target]) => target!);
}

describe('README.md', () => {
  it('shows the example and what it prints as they are (npm run docs:readme)', async function () {
    this.timeout(60_000);
    assert.equal(withoutTimes(readFileSync(path.join(ROOT, 'README.md'), 'utf8')), withoutTimes(await current()));
  });

  const recipes = readdirSync(path.join(ROOT, 'docs/recipes')).map((name) => `docs/recipes/${name}`);
  it('has less than 150 lines', () => {
    assert.ok(readFileSync(path.join(ROOT, 'README.md'), 'utf8').split('\n').length <= 150);
  });

  const pages = readdirSync(path.join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  for (const page of [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'llms.txt',
    'scenarios/README.md',
    ...pages,
    ...recipes,
  ]) {
    it(`${page} links to files that are there`, () => {
      const missing = links(page).filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)));
      assert.deepEqual(missing, []);
    });
  }
});
