/**
 * The check of a mutant that is listed as equivalent: on the trees, images, calls and faults of the survey, nothing that a scenario can
 * express may differ.
 */
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
import type { Explored } from './report.ts';

/** The cases that have no more states. */
const MOST_STATES = 400;

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

const cases = [...MATRICES.small(), ...MATRICES.damaged()];
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

const mutants = new Map([...allMutants()].map((mutant) => [mutant.name, mutant]));

/** Explores the mutant of this name. */
export default function exploreMutant(name: string): Explored {
  return { mutant: name, ...explore(mutants.get(name)!) };
}
