/** Pages that are made of the source are as they would be made now. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { kernelMap, PATCH } from '../../lab/pages/kernel-map.ts';
import { variantsPage } from '../../lab/pages/variants.ts';
import { sources } from '../../src/protocol/source.ts';
import { ROOT } from '../support/markdown.ts';

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

describe('pages made of the source', () => {
  it('docs/kernel-map.md is current (npm run generate)', () => {
    assert.equal(read('docs/kernel-map.md'), kernelMap());
  });

  it('src/protocol has every function of the patch, in its order', () => {
    const names = sources().flatMap(({ functions }) => functions.map(({ name }) => name));
    assert.deepEqual(
      names.filter((name) => PATCH.includes(name)),
      PATCH,
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
