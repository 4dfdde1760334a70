/** After any run with CRIU, aborted ones included, the machine is as it was before. The runs are in criu-host-runs.ts. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { runOnMachine, whyNoMachine } from '../support/machine.ts';

describe('The machine around runs with CRIU', function () {
  this.timeout(280_000);
  let command: readonly string[];

  before(async function () {
    const backend = criu();
    const [itself] = await backend.capabilities();
    await backend.dispose();
    const located = await locateCriu();
    const why = itself?.available ? whyNoMachine() : itself?.detail;
    if (why !== undefined || typeof located === 'string') {
      console.log(`      skipped: ${why}`);
      this.skip();
    }
    command = located.command;
  });

  const short: readonly (readonly [name: string, about: string])[] = [
    ['ended', 'is as before after runs that end by themselves'],
    ['criu-killed', 'is as before when CRIU is killed at each of its stages'],
  ];
  /** Each takes minutes: they run only when MKTROUBLE_CAMPAIGNS is set. */
  const long: readonly (readonly [name: string, about: string])[] = [
    ['killed', 'is as before when mktrouble is killed by SIGKILL at any moment, with CRIU at work on a connection'],
    ['group-killed', 'is as before when a signal kills all of its process group'],
    ['warden-killed', 'is as before when the warden of a case is killed'],
    ['user', 'is as before after runs in a user namespace'],
  ];
  for (const [name, about] of [...short, ...long]) {
    it(about, async function () {
      if (long.some(([one]) => one === name) && !process.env['MKTROUBLE_CAMPAIGNS']) {
        console.log('      skipped: a campaign of minutes, for MKTROUBLE_CAMPAIGNS=1');
        this.skip();
      }
      const said = await runOnMachine(path.join(import.meta.dirname, 'criu-host-runs.ts'), [name, ...command]);
      const { differences, runs, played } = JSON.parse(said.trim().split('\n').at(-1)!);
      assert.ok(runs > 0 && played > 0, said);
      assert.deepEqual(differences, [], said);
    });
  }
});
