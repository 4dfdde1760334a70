/** A campaign of kills runs in namespaces of its own, whose init ignores the signals of a terminal: it ends with its command. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whyNoMachine } from '../support/machine.ts';
import { ROOT } from '../support/markdown.ts';

/** Pids of the processes whose command has this word. */
function findProcesses(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
    } catch {
      return false;
    }
  });
}

describe('npm run campaign:kills', function () {
  this.timeout(120_000);

  before(function () {
    const why = whyNoMachine();
    if (why === undefined) return;
    console.log(`      skipped: ${why}`);
    this.skip();
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const) {
    it(`leaves no process when ${signal} ends it`, async () => {
      const seed = `stops-${process.pid}-${signal}`;
      const file = path.join(ROOT, 'test/kills/main.ts');
      const campaign = spawn(process.execPath, ['--import', 'tsx', file, '1000', seed], { cwd: ROOT, stdio: 'ignore' });
      const ended = once(campaign, 'exit');
      // The command, the machine, and the campaign on it.
      while (findProcesses(seed).length < 3) {
        assert.equal(campaign.exitCode, null);
        await sleep(50);
      }
      campaign.kill(signal);
      await ended;
      while (findProcesses(seed).length > 0) await sleep(50);
    });
  }
});
