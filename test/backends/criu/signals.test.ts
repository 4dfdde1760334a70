/** What a signal of a fault does has happened before CRIU goes on: its end is no matter of luck. */
import assert from 'node:assert/strict';
import { look } from '../../../src/backends/criu/census.ts';
import { compileCriuAgent } from '../../../src/backends/criu/compile.ts';
import { criu } from '../../../src/backends/criu/index.ts';
import { Sandbox } from '../../../src/backends/criu/sandbox.ts';
import { describeTree } from '../../../src/backends/criu/tree.ts';
import { signalNumber } from '../../../src/model/signals.ts';
import { skipWhereNone } from '../../support/available.ts';
import { parseCriu } from './programs.ts';

/** A process takes some time to give its memory back. */
const TREE = '{ pid: 100, children: [{ pid: 101, memory: 200000 }, { pid: 102, memory: 200000 }] }';

it('A task is dead, or stopped, when the signal of a fault has been sent', async function () {
  this.timeout(60_000);
  await skipWhereNone(criu, this);
  const sandbox = await Sandbox.start({ program: await compileCriuAgent(), userNamespace: process.getuid?.() !== 0 });
  try {
    await sandbox.do('build', { limit: 20_000 }, describeTree(parseCriu('namespace: host', TREE)));
    for (const [pid, signal, state] of [
      [101, 'SIGSTOP', 'T'],
      [101, 'SIGKILL', 'Z'],
      [102, 'SIGKILL', 'Z'],
    ] as const) {
      assert.equal(await sandbox.do('kill', { pid, signal: signalNumber(signal) }), 0);
      assert.equal((await look(sandbox)).find((seen) => seen.pid === pid)?.state, state, signal);
    }
    assert.ok((await sandbox.do('kill', { pid: 103, signal: signalNumber('SIGKILL') })) < 0);
  } finally {
    await sandbox.stop();
  }
});
