/** The C that is made of each protocol is right C, in which the strictest compiler finds nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { findSources, SHARED, STRICT } from '../../src/backends/agent/compile.ts';
import { PROTOCOLS, protocolNamed } from '../../src/protocol/stacks.ts';
import { protocolToC } from '../../src/protocol/to-c.ts';

describe('The C of every protocol', function () {
  this.timeout(120_000);
  let includes: readonly string[];
  before(async function () {
    if (spawnSync('cc', ['--version']).error) {
      console.log('      skipped: there is no cc here');
      this.skip();
    }
    includes = (await Promise.all(['native/agent', SHARED].map(findSources))).map((folder) => `-I${folder}`);
  });

  for (const name of PROTOCOLS) {
    it(`compiles with warnings as errors: ${name}`, () => {
      const args = [...STRICT, ...includes, '-fsyntax-only', '-x', 'c', '-'];
      const { status, stderr } = spawnSync('cc', args, { input: protocolToC(protocolNamed(name)!), encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }
});
