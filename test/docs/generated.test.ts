/** Pages that are made of the source are as they would be made now. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { kernelMap, PATCH } from '../../lab/pages/kernel-map.ts';
import { variantsPage } from '../../lab/pages/variants.ts';
import { ROOT } from '../support/markdown.ts';

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

describe('pages made of the source', () => {
  it('docs/kernel-map.md is current (npm run generate)', () => {
    assert.equal(read('docs/kernel-map.md'), kernelMap());
  });

  it('docs/kernel-map.md has every function of the patch', () => {
    const page = read('docs/kernel-map.md');
    assert.deepEqual(
      PATCH.filter((name) => !page.includes(`| \`${name}()\` |`)),
      [],
    );
  });

  it('docs/variants.md is current (npm run generate)', () => {
    assert.equal(read('docs/variants.md'), variantsPage());
  });
});

describe('CONTRIBUTING.md', () => {
  it('names files and folders that are there', () => {
    const named = [
      ...read('CONTRIBUTING.md').matchAll(/`((?:src|reporters|test|scenarios|docs)\/[^`<]*)(?:<[^`]*)?`/g),
    ];
    assert.ok(named.length > 10);
    for (const [, file] of named) assert.ok(existsSync(path.join(ROOT, file!)), file);
  });
});
