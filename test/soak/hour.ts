/**
 * `npm run soak:hour -- [minutes]`: cases of all backends in one process, as many at a time as there are cores, with different seeds
 * each time. At the end of each tenth everything pauses, and what the process holds is counted: memory, file handles, processes,
 * cgroups, mounts, temporary files. Fails when a case does, or when one of these has grown since the first tenth.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { type Backend, type Case, loadScenarios, openBackend, runCase } from '../../src/index.ts';
import { count, grown, type Held, MEASURES } from './held.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../../scenarios');
/** Milliseconds; a case that takes longer is left out from then on. */
const TIMEOUT = 5000;
const TENTHS = 10;

/** What each backend is given: cases of every kind that it has, which end as they do every time. */
const WORK: Readonly<Record<string, { readonly paths: readonly string[]; readonly tag?: string }>> = {
  simulated: { paths: ['ptrace', 'signals', 'threads', 'zombies-and-ghosts', 'bogus-pids', 'fork'] },
  native: { paths: ['healthy', 'ptrace', 'signals', 'threads', 'zombies-and-ghosts'] },
  criu: { paths: ['criu/round-trip', 'criu/rounds', 'criu/rpc', 'criu/servers'] },
  oci: { paths: ['runtimes'], tag: 'round-trip' },
};

interface Lane {
  readonly name: string;
  readonly backend: Backend;
  readonly cases: Case[];
  next: number;
  /** Milliseconds that its runs have taken. */
  spent: number;
}

process.env['TMPDIR'] = mkdtempSync(path.join(tmpdir(), 'mktrouble-hour-'));
const minutes = Number(process.argv[2] ?? 60);
const lanes: Lane[] = [];
for (const [name, { paths, tag }] of Object.entries(WORK)) {
  const backend = await openBackend(name, { allowCommands: true });
  const lane = await openLane(name, backend, paths, tag);
  if (lane) lanes.push(lane);
  else await backend.dispose();
}
const failures: string[] = [];
const runs = new Map(lanes.map(({ name }) => [name, 0]));
const rows: Held[] = [];
for (let tenth = 1; tenth <= TENTHS; tenth++) {
  await work((minutes * 60_000) / TENTHS);
  rows.push(await count());
  console.log(describe(tenth, rows.at(-1)!));
}
for (const { backend } of lanes) await backend.dispose();
rmSync(process.env['TMPDIR'], { recursive: true });
for (const name of grown(rows)) failures.push(`${name} has grown: ${rows.map((row) => row[name]).join(', ')}`);
for (const failure of failures.slice(0, 20)) console.error(failure);
console.log(
  `soak: ${[...runs].map(([name, number]) => `${number} runs on ${name}`).join(', ')}; ${failures.length} failed`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Undefined, with the reason printed, where the backend cannot be used. */
async function openLane(
  name: string,
  backend: Backend,
  folders: readonly string[],
  tag: string | undefined,
): Promise<Lane | undefined> {
  const [itself] = await backend.capabilities();
  if (!itself?.available) {
    console.log(`${name}: skipped: ${itself?.detail}`);
    return undefined;
  }
  const { cases, diagnostics } = loadScenarios(folders.map((folder) => path.join(SCENARIOS, folder)));
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  // Whether a known defect shows is a matter of the machine's speed.
  const mustShow = ({ expect }: Case): boolean => expect.violates.length > 0;
  const usable = cases.filter(
    (c) =>
      !c.skip &&
      !mustShow(c) &&
      (tag === undefined || c.tags.includes(tag)) &&
      backend.refuses(c, c.restart.protocol) === undefined,
  );
  if (usable.length === 0) throw new Error(`${name}: no case`);
  console.log(`${name}: ${usable.length} cases, ${itself.detail}`);
  return { name, backend, cases: usable, next: 0, spent: 0 };
}

/** Runs cases for so many milliseconds, each backend about as long as the others; returns when none is under way. */
async function work(time: number): Promise<void> {
  const end = performance.now() + time;
  const one = async (): Promise<void> => {
    while (performance.now() < end) await runNext(lanes.reduce((a, b) => (b.spent < a.spent ? b : a)));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
}

async function runNext(lane: Lane): Promise<void> {
  const { name, backend, cases } = lane;
  const number = lane.next++;
  const c = cases[number % cases.length]!;
  const seed = String(Math.floor(number / cases.length));
  // Counted in advance, so that the next choice is another backend.
  const expected = lane.spent / Math.max(1, number);
  lane.spent += expected;
  const begun = performance.now();
  const { status, reason, violations, tried } = await runCase(c, { backend, seed, timeout: TIMEOUT });
  lane.spent += performance.now() - begun - expected;
  runs.set(name, runs.get(name)! + 1);
  if (status === 'pass' || status === 'skip') return;
  const why = reason ?? violations.map(({ message }) => message).join('; ');
  // Too long for this, and not wrong.
  if (tried.stopped && violations.length === 0) cases.splice(cases.indexOf(c), 1);
  else failures.push(`${name}: ${c.title}, seed ${seed}: ${why}`);
}

function describe(tenth: number, held: Held): string {
  const shown = MEASURES.map(({ name, unit }) => `${held[name]}${unit} ${name}`).join(', ');
  return `after ${Math.round(minutes * tenth * 10) / 100} min: ${shown}; ${[...runs.values()].reduce((a, b) => a + b)} runs`;
}
