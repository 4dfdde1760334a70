/** SIGKILL at 300 random moments, to the parts of a native backend and to the programs around it: nothing may be left. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAtRandom, useRemains } from '../backends/native/killing.ts';
import { findPrograms, kill } from '../backends/native/remains.ts';
import { ROOT } from '../support/markdown.ts';
import { PROGRAM, start } from '../support/program.ts';

describe('When a process is killed at any of 300 moments', function () {
  this.timeout(600_000);
  killAtRandom({ warden: 110, init: 110, mktrouble: 56 });

  const remains = useRemains();
  const MOCHA = [path.join(ROOT, 'node_modules/mocha/bin/mocha.js'), '--require', 'tsx'];

  /** Real programs, each of which runs scenarios on real tasks; killed once in their start, and then later and later. */
  const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
    mktrouble: [...PROGRAM, 'run', 'scenarios/signals', '--backend', 'native', '--reporter', 'dot'],
    'mktrouble in several processes': [
      ...[...PROGRAM, 'run', 'scenarios/signals', 'scenarios/flags'],
      ...['--backend', 'native', '--reporter', 'dot', '--parallel', '2'],
    ],
    'the test runner': [...MOCHA, '--reporter', 'dot', 'test/backends/native/restart.test.ts'],
  };
  const hasAgent = (): boolean => findPrograms(remains().cache).length > 0;
  const TIMES = 8;
  /** Milliseconds between the first agent and the kill at most. */
  const LATEST = 400;

  for (const [name, args] of Object.entries(PROGRAMS)) {
    it(`${name}, ${TIMES} times, nothing is left`, async () => {
      await remains().program();
      let atWork = 0;
      for (let i = 0; i < TIMES; i++) {
        const env = { MKTROUBLE_CACHE: remains().cache };
        const program = start(process.execPath, args, { env });
        const ended = program.ended.then(() => true);
        // Until it has an agent, which takes longer than its own start; then for a while more.
        while (!hasAgent()) if (await Promise.race([ended, sleep(50, false)])) break;
        await sleep((i * LATEST) / TIMES);
        atWork += Number(hasAgent());
        kill(program.process.pid!);
        await program.ended;
        await remains().nothing();
      }
      assert.ok(atWork > TIMES / 2, `${atWork} times a process was at work`);
    });
  }
});
