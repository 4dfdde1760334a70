/**
 * `npm run mutants:explore`: explores the mutants listed as equivalent (where `npm run mutants` has kept results: those that survived) on
 * the trees, images, calls and faults of the survey: nothing that a scenario can express may differ. The listed reasons are
 * arguments; this is the check.
 *   --only <text>       only mutants with this text in the name
 *   --shard i/n         every n-th of them
 *   --matrix <name>     the cases of this matrix (repeatable; small and damaged)
 *   --most-states <n>   the cases that have no more (400)
 * Exits with 1 when one differs.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Change } from '../../src/backends/simulated/compile/source.ts';
import type { SimulatedMachine } from '../../src/backends/simulated/machine.ts';
import { openMachine } from '../../src/backends/simulated/open.ts';
import { searchAll } from '../../src/explore/index.ts';
import type { Case } from '../../src/model/case.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';
import { coordinatorOutcome, taskOutcome } from '../../src/record/read.ts';
import type { RunRecord, TaskFinal } from '../../src/record/record.ts';
import { replayMoves, violated } from '../../test/backends/simulated/support/judged.ts';
import { MATRICES } from '../survey/matrix.ts';
import { allMutants, buildName, listBuilds, type Mutant, PROTOCOLS, planChanges } from './mutants.ts';
import { EXPLORED, type Explored, fatesSoFar, findReason } from './report.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    shard: { type: 'string', default: '1/1' },
    matrix: { type: 'string', multiple: true, default: ['small', 'damaged'] },
    'most-states': { type: 'string', default: '400' },
  },
});
const MOST_STATES = Number(values['most-states']);

/** How a case can end. */
interface Ends {
  readonly states: number;
  /** What a scenario can observe: the end of a task in some run, a property that is violated in one. */
  readonly observed: ReadonlySet<string>;
}

/** Undefined when it has more states than that. */
function exploreEnds(c: Case, protocol: string, mostStates: number, change?: Change): Ends | undefined {
  const open = (trace: boolean) => openMachine(c, protocolNamed(protocol)!, { trace, ...(change && { change }) });
  const result = searchAll(open(false), { maxStates: mostStates });
  if (!result.complete) return undefined;
  const machine = open(true);
  const observed = result.endings.flatMap(({ moves }) => observe(machine, replayMoves(machine, moves)));
  return { states: result.states, observed: new Set(observed) };
}

function observe(machine: SimulatedMachine, record: RunRecord): string[] {
  const over = record.end === 'over';
  const { final } = record;
  return [
    ...violated(machine, record).map((property) => `violates ${property}`),
    ...(over || final.coordinator.end === 'returned' ? [`the coordinator: ${coordinatorOutcome(final)}`] : []),
    ...Object.entries(final.tasks).map(([pid, task]) => `task ${pid}: ${formatEnd(task, over)}`),
  ];
}

function formatEnd(task: TaskFinal, over: boolean): string {
  if (!over && (task.end === 'waiting' || task.end === 'untouched')) return 'on its way';
  const where = task.at === undefined ? '' : ` at ${task.at}`;
  return `${taskOutcome(task)}${where}`;
}

const cases = Object.entries(MATRICES).flatMap(([name, make]) => (values.matrix.includes(name) ? make() : []));
const originals = new Map<string, Ends | undefined>();

function original(i: number, protocol: string): Ends | undefined {
  const key = `${i} ${protocol}`;
  if (!originals.has(key)) originals.set(key, exploreEnds(cases[i]!, protocol, MOST_STATES));
  return originals.get(key);
}

/** The first case that ends otherwise, in words; else how many cases end as they did. */
function explore(mutant: Mutant): { readonly same: number; readonly difference?: string } {
  const changes = planChanges(mutant);
  const builds = listBuilds(changes);
  let same = 0;
  for (const [i, c] of cases.entries()) {
    for (const protocol of PROTOCOLS) {
      if (!builds.includes(buildName(protocol, c.restart.debug))) continue;
      const was = original(i, protocol);
      if (!was) continue;
      const is = exploreEnds(c, protocol, 4 * was.states + 1000, changes(protocol));
      const difference = is ? findDifference(was, is) : 'many more states';
      if (difference !== undefined) return { same, difference: `${protocol}: ${c.scenario}: ${difference}` };
      same++;
    }
  }
  return { same };
}

/** The difference: something new, or a known defect (or a task that waits indefinitely) that no longer shows. */
function findDifference({ observed: before }: Ends, { observed: now }: Ends): string | undefined {
  const added = [...now].filter((one) => !before.has(one)).map((one) => `now ${one}`);
  const gone = [...before]
    .filter((one) => !now.has(one) && /^violates|: waiting/.test(one))
    .map((one) => `no more ${one}`);
  return added.length + gone.length > 0 ? [...added, ...gone].join('; ') : undefined;
}

const [shard = 1, shards = 1] = values.shard.split('/').map(Number);
const fates = fatesSoFar();
const mutants = [...allMutants()].filter(
  ({ name }) =>
    name.includes(values.only) &&
    findReason(name) !== undefined &&
    // Without results of `npm run mutants`: also those that compile to the same program.
    (fates.size === 0 || fates.get(name)?.answer === 'survived'),
);
mkdirSync(path.dirname(EXPLORED), { recursive: true });
let explored = 0;
let compared = 0;
let different = 0;
for (const [i, mutant] of mutants.entries()) {
  if (i % shards !== shard - 1) continue;
  const found: Explored = { mutant: mutant.name, ...explore(mutant) };
  const { same, difference } = found;
  appendFileSync(EXPLORED, `${JSON.stringify(found)}\n`);
  explored++;
  compared += same;
  if (difference === undefined) continue;
  different++;
  console.log(`${mutant.name}\n  ${difference}`);
}
console.log(`${explored} mutants, ${compared} cases in all that end as they did, ${different} mutants that differ`);
process.exitCode = different > 0 ? 1 : 0;
