import assert from 'node:assert/strict';
import path from 'node:path';
import { checkTree, listSources, strayImports } from './layers.ts';

describe('the layers', () => {
  it('hold in the whole tree', () => {
    assert.deepEqual(checkTree(path.dirname(import.meta.dirname)), []);
  });

  it('are checked in every source, the views of the HTML report too', () => {
    const sources = listSources(path.dirname(import.meta.dirname));
    assert.ok(sources.some((file) => file.endsWith('.tsx')));
    assert.equal(strayImports('reporters/html/x.tsx', "import { x } from '../../src/injector/index.ts';").length, 1);
  });

  it('refuse an import that points down, whatever its form', () => {
    for (const text of [
      "import { x } from '../injector/index.ts';",
      "import type { X } from '../injector/index.ts';",
      "export * from '../injector/index.ts';",
      "const x = await import('../injector/index.ts');",
    ]) {
      assert.equal(strayImports('src/explore/x.ts', text).length, 1, text);
    }
  });

  it('let the kernel import nothing of the restart, and no backend another', () => {
    assert.equal(strayImports('src/backends/simulated/kernel/x.ts', "import '../../../protocol/y.ts';").length, 1);
    assert.equal(strayImports('src/backends/native/x.ts', "import '../simulated/y.ts';").length, 1);
    assert.equal(strayImports('src/explore/x.ts', "import '../backends/simulated/y.ts';").length, 1);
    assert.deepEqual(strayImports('src/protocol/x.ts', "import '../backends/simulated/kernel/y.ts';"), []);
    assert.deepEqual(strayImports('src/explore/x.ts', "import '../backends/backend.ts';"), []);
  });

  it('have a room for every file', () => {
    assert.equal(strayImports('src/stray.ts', '').length, 1);
  });
});
