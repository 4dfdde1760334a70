/** How a run of a protocol of one's own ended, read from the machine's memory. */
import { coordinatorFinal } from '../../../record/read.ts';
import type { FinalState, Finding, TaskFinal } from '../../../record/record.ts';
import type { Outcome } from '../../backend.ts';
import { BROKEN, ENDLESS, KILLED, LIFE, RESULT, RETURNED, STAGE, STOPPED, STOPPED_AT } from './layout.ts';
import type { OwnMachine } from './machine.ts';

/** What stopped the run, and the properties that do not hold. */
export function findingsOf(machine: OwnMachine): Finding[] {
  const { state: m, build } = machine;
  const { properties } = build.protocol;
  const stopped = m[STOPPED] === 0 ? [] : [stoppedIn(machine)];
  const isOver = stopped.length > 0 ? false : machine.isOver();
  const broken = properties.filter(({ holds }, i) =>
    holds === 'always' ? (m[BROKEN]! & (1 << i)) !== 0 : isOver && !machine.holds(i),
  );
  return [...stopped, ...broken.map(({ name, statement }) => brokenProperty(name, statement))];
}

export function brokenProperty(name: string, statement: string): Finding {
  return { kind: 'broken-property', at: name, detail: statement };
}

function stoppedIn({ state: m, build }: OwnMachine): Finding {
  const label = build.sites[m[STOPPED_AT]! - 1]?.label ?? 'the first step';
  const [at = label] = label.split(':');
  return m[STOPPED] === ENDLESS
    ? { kind: 'hang', at, detail: `${label}: a loop without a step does not end` }
    : { kind: 'out-of-bounds', at, detail: `${label}: a process that does not exist` };
}

function processFinal(machine: OwnMachine, process: number): TaskFinal {
  const { state: m, build } = machine;
  const at = machine.at(process);
  const life = m[at + LIFE]!;
  if (life === RETURNED) return { end: 'returned', result: m[at + RESULT]!, marked: false };
  if (life === KILLED) return { end: 'killed', marked: false };
  const stage = build.protocol.stages[m[at + STAGE]! - 1];
  const end = machine.isAsleep(process) ? 'waiting' : 'running';
  return { end, ...(end === 'waiting' && stage !== undefined && { at: stage as never }), marked: false };
}

export function finalOf(machine: OwnMachine): FinalState {
  const tasks: Record<number, TaskFinal> = {};
  machine.ids.forEach((id, n) => {
    if (typeof id === 'number') tasks[id] = processFinal(machine, n);
  });
  return { coordinator: coordinatorFinal(processFinal(machine, 0)), tasks, restores: [] };
}

/** The last values of all words: of a process's own words a list, the coordinator's first. */
function wordsOf(machine: OwnMachine): Record<string, number | readonly number[]> {
  const { state: m, build } = machine;
  return Object.fromEntries(
    build.protocol.words.map(({ name, perProcess }, i) => {
      const place = build.layout.places[i]!;
      return [name, perProcess ? machine.ids.map((_, n) => m[machine.at(n) + place]!) : m[place]!];
    }),
  );
}

/** The end as `mktrouble outcomes` reports it. Of a run that was stopped only what stopped it counts. */
export function outcomeOf(machine: OwnMachine): Outcome {
  const findings = findingsOf(machine).map(({ kind, at }) => ({ kind, at }));
  const none = { restores: [], context: null, findings, seen: 0 };
  if (machine.state[STOPPED] !== 0) return { coordinator: { end: 'stopped' }, tasks: {}, ...none };
  const { coordinator, tasks } = finalOf(machine);
  const ends = Object.entries(tasks).map(([pid, { marked: _, ...end }]) => [pid, end]);
  return { coordinator, tasks: Object.fromEntries(ends), ...none, words: wordsOf(machine) };
}
