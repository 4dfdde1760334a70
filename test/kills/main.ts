/**
 * `npm run campaign:kills -- [kills] [seed]`: signals to mktrouble and to each process that it starts, at seeded moments of runs
 * on every backend; nothing may stay, and no report may be broken. On a machine of its own: campaign.ts says what is checked.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { machineCommand, whyNoMachine } from '../support/machine.ts';

const [kills = '30', seed = '0'] = process.argv.slice(2);
const why = whyNoMachine();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}
const criu = await locateCriu();
if (typeof criu === 'string') console.log(`without the backend criu: ${criu}`);
const command = typeof criu === 'string' ? [] : criu.command;
const [unshare, ...args] = machineCommand(path.join(import.meta.dirname, 'campaign.ts'), [kills, seed, ...command]);
process.exitCode = spawnSync(unshare!, args, { stdio: 'inherit' }).status ?? 1;
