/** What the build keeps of a compiled model (docs/decisions/0005) is all of it. */
import assert from 'node:assert/strict';
import { readAhead } from '../../../src/backends/simulated/compile/ahead.ts';
import { compileModel } from '../../../src/backends/simulated/compile/compile.ts';
import { protocolOf } from './support/machines.ts';

describe('a model that was compiled ahead', () => {
  const build = { protocol: protocolOf('series'), debug: false, trace: false };

  it('is plain JSON', () => {
    const model = compileModel(build);
    assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
  });

  it('is the same each time', () => {
    assert.deepEqual(compileModel(build), compileModel(build));
  });

  it('does not exist for sources that run uncompiled', () => {
    assert.equal(readAhead(build), undefined);
  });
});
