import assert from 'node:assert/strict';
import path from 'node:path';
import { listImports } from '../../src/boundary/list-imports.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('the files that a module is made of', () => {
  it('are itself and what it imports by a path, in any way, each once', () => {
    const folder = temporaryFolder({
      'main.ts': `import fs from 'node:fs';
import { a } from './a.ts';
import type { B } from "./b.js";
import './data.json' with { type: 'json' };
export * from './folder';
export { c } from './none.ts';
const later = () => import('./later.mjs');
`,
      'a.ts': `import { main } from './main.ts';\nexport const a = 1;\n`,
      'b.ts': '',
      'data.json': `"from './unused.ts'"`,
      'folder/index.ts': `const old = require('../old');\n`,
      'later.mjs': '',
      'old.cjs': '',
      'unused.ts': '',
    });
    try {
      const found = listImports([path.join(folder.path, 'main.ts')]).map((file) => path.relative(folder.path, file));
      assert.deepEqual(
        found.sort(),
        ['a.ts', 'b.ts', 'data.json', 'folder/index.ts', 'later.mjs', 'main.ts', 'old.cjs'].sort(),
      );
    } finally {
      folder.remove();
    }
  });
});
