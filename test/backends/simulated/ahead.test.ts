/** What the package keeps of a build of the model (docs/decisions/0005) is all of it. */
import assert from 'node:assert/strict';
import { readAhead } from '../../../src/backends/simulated/compile/ahead.ts';
import { compileBuild } from '../../../src/backends/simulated/compile/compile.ts';
import { protocolOf } from './support/machines.ts';

describe('a build that was compiled ahead', () => {
  const build = { protocol: protocolOf('series'), debug: false, trace: false };

  it('is plain JSON', () => {
    const text = compileBuild(build);
    assert.deepEqual(JSON.parse(JSON.stringify(text)), text);
  });

  it('is the same each time', () => {
    assert.deepEqual(compileBuild(build), compileBuild(build));
  });

  it('does not exist for sources that run uncompiled', () => {
    assert.equal(readAhead(build), undefined);
  });
});
