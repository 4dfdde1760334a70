/**
 * `npm run campaign:kills -- [kills] [seed] [backend]`: signals to mktrouble and to each process that it starts, at seeded moments of runs
 * on every backend, or on this one; nothing may stay, and no report may be broken. On a machine of its own: campaign.ts says what is checked.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { machineCommand, whyNoMachine } from '../support/machine.ts';
import { findRuntimes, type Subject } from './subject.ts';

const [kills = '30', seed = '0', backend = ''] = process.argv.slice(2);
const why = whyNoMachine();
if (why !== undefined) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}
const criu = await locateCriu();
if (typeof criu === 'string') console.log(`without the backend criu: ${criu}`);
const command = typeof criu === 'string' ? [] : criu.command;
const oci = await findRuntimes();
if (typeof oci === 'string') console.log(`without the backend oci: ${oci}`);
const subject: Subject = { criu: command, oci: typeof oci === 'string' ? undefined : oci };
const words = [kills, seed, JSON.stringify(subject), backend];
const [setpriv, ...args] = machineCommand(path.join(import.meta.dirname, 'campaign.ts'), words);
const campaign = spawn(setpriv!, args, { stdio: 'inherit' });
// SIGKILL to the machine ends every process on it; it has nothing that would be left.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
  process.on(signal, () => {
    campaign.kill('SIGKILL');
    process.exit(130);
  });
}
const [code] = (await once(campaign, 'close')) as [number | null];
process.exitCode = code ?? 1;
