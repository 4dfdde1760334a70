import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { killAtRandom, useRemains } from './killing.ts';

describe('When a part is killed at any moment', function () {
  this.timeout(60_000);
  // The long campaign, with mktrouble and Mocha themselves, is test/e2e/nothing-left.test.ts.
  killAtRandom({ warden: 8, init: 8, mktrouble: 8 });
});

describe('Of a program that simply ends, or that forgets to dispose', function () {
  this.timeout(60_000);
  const remains = useRemains();

  it('nothing is left either', async () => {
    await remains().program();
    const script = `
      import { native } from ${JSON.stringify(path.resolve('src/backends/native/index.ts'))};
      const backend = native({ cache: ${JSON.stringify(remains().cache)} });
      await backend.capabilities();
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: 'ignore',
    });
    assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
    await remains().nothing();
  });
});
