/** After any run with CRIU, aborted ones included, the machine is as it was before. The runs are in criu-host-runs.ts. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { runOnMachine, whyNoMachine } from '../support/machine.ts';

/** Kills of a campaign that aborts runs; MKTROUBLE_KILLS asks for more. */
const KILLS = Number(process.env['MKTROUBLE_KILLS'] ?? 6);

describe('The machine around runs with CRIU', function () {
  this.timeout(900_000);
  let command: readonly string[];

  before(async function () {
    const backend = criu();
    const [itself] = await backend.capabilities();
    await backend.dispose();
    // A version that dumps a connection on any kernel, where it is unpacked.
    const later = await locateCriu({ ...process.env, MKTROUBLE_CRIU: '4.2.1' });
    const located = typeof later === 'string' ? await locateCriu() : later;
    const needs = typeof located === 'string' ? [] : located.command;
    const why = itself?.available ? whyNoMachine(needs) : itself?.detail;
    if (why !== undefined || typeof located === 'string') {
      console.log(`      skipped: ${why}`);
      this.skip();
    }
    command = located.command;
  });

  /** What is played whole: each run counts. */
  const played: readonly (readonly [name: string, about: string])[] = [
    ['ended', 'is as before after runs that end by themselves'],
    ['criu-killed', 'is as before when CRIU is killed at each of its stages'],
    ['user', 'is as before after runs in a user namespace'],
  ];
  for (const [name, about] of played) {
    it(about, async () => {
      const { runs, said } = await play(name);
      assert.equal(runs.played, runs.all, said);
    });
  }

  /** What is killed at a moment between two calls of CRIU tests less. */
  const killed: readonly (readonly [name: string, about: string])[] = [
    ['killed', 'is as before when mktrouble is killed by SIGKILL at any moment, with CRIU at work on a connection'],
    ['group-killed', 'is as before when a signal kills all of its process group'],
    ['warden-killed', 'is as before when the warden of a case is killed'],
  ];
  for (const [name, about] of killed) {
    it(about, async () => {
      const { runs, said } = await play(name);
      assert.ok(runs.played > runs.all / 2, said);
    });
  }

  /** Plays a campaign, after which nothing of the machine may differ. */
  async function play(name: string): Promise<{ runs: { all: number; played: number }; said: string }> {
    const args = [name, String(KILLS), ...command];
    const said = await runOnMachine(path.join(import.meta.dirname, 'criu-host-runs.ts'), args);
    const { differences, runs: all, played: some } = JSON.parse(said.trim().split('\n').at(-1)!);
    assert.ok(all > 0, said);
    assert.deepEqual(differences, [], said);
    return { runs: { all, played: some }, said };
  }
});
