/**
 * `npm run soak -- [runs] [tag…]`: real programs, dumped and restored again and again while they run. Each run must pass: what a
 * program does by itself is no violation. Servers need a CRIU from 4.2 on (4.1 cannot dump inet sockets on Linux 6.16 and later):
 * one is used where it is set up; without it, or without the program, its case is skipped with the reason. A container is run by runc.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { installedVersions } from '../../src/backends/criu/install.ts';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { cacheFolder } from '../../src/backends/host/cache.ts';
import { type Backend, type Case, loadScenarios, openBackend, runCase } from '../../src/index.ts';

const LEAST_FOR_INET = '4.2';

const [runs = '20', ...tags] = process.argv.slice(2);
const newest = (await installedVersions(cacheFolder())).sort(byVersion).at(-1);
if (process.env['MKTROUBLE_CRIU'] === undefined && newest !== undefined) process.env['MKTROUBLE_CRIU'] = newest;
const located = await locateCriu();
const version = typeof located === 'string' ? undefined : located.version;
const backend = criu({ allowCommands: true });
const [itself] = await backend.capabilities();
const containers = await openBackend('oci');
// It finds the runtimes when it is asked.
await containers.capabilities();
const { cases, diagnostics } = loadScenarios(
  ['programs.yaml', 'containers.yaml'].map((file) => path.join(import.meta.dirname, file)),
);
for (const { message } of diagnostics) console.error(message);
let failed = diagnostics.length;

console.log(itself?.detail);
for (const c of cases) {
  if (tags.length > 0 && !tags.includes(c.tags[0]!)) continue;
  const missing = c.runtime ? containers.refuses(c, c.restart.protocol) : whyNot(c.tags);
  if (missing !== undefined) console.log(`${c.title}: skipped: ${missing}`);
  else failed += await soak(c, c.runtime ? containers : backend);
}
await backend.dispose();
await containers.dispose();
console.log(failed === 0 ? 'soak: all passed' : `soak: ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a case `times` times; returns how many runs did not pass, and prints each of them. */
async function soak(c: Case, backend: Backend): Promise<number> {
  let bad = 0;
  for (let i = 0; i < Number(runs); i++) {
    const { status, reason, violations, record } = await runCase(c, { backend });
    if (status === 'pass') continue;
    bad++;
    const why = reason ?? violations.map(({ property, message }) => `${property}: ${message}`).join('\n  ');
    const errors = [record?.criu?.dump, record?.criu?.restore].flatMap((run) => run?.errors.slice(0, 2) ?? []);
    console.log(`${c.title}, run ${i + 1}: ${status}\n  ${why}${errors.map((error) => `\n  criu: ${error}`).join('')}`);
  }
  console.log(`${c.title}: ${Number(runs) - bad} of ${runs} passed`);
  return bad;
}

function whyNot([program = '', ...needs]: readonly string[]): string | undefined {
  if (!itself?.available) return itself?.detail;
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...listDatabases()];
  if (!folders.some((folder) => existsSync(path.join(folder, program)))) return `${program} is not installed`;
  if (needs.includes('inet') && (version === undefined || byVersion(version, LEAST_FOR_INET) < 0))
    return `CRIU ${version} cannot dump inet sockets here: npx mktrouble setup criu@4.2.1`;
  return undefined;
}

/** The folders of PostgreSQL's programs on Debian, which are not in PATH. */
function listDatabases(): string[] {
  const all = '/usr/lib/postgresql';
  return existsSync(all) ? readdirSync(all).map((release) => path.join(all, release, 'bin')) : [];
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
