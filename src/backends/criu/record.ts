/** The run record of a case that was played: what was seen, and a short story of it for reports. */

import type { Case } from '../../model/case.ts';
import type { MadeEdit } from '../../model/criu.ts';
import { signalName } from '../../model/signals.ts';
import type { CriuRecord, CriuRun, CriuSecond, CriuTask } from '../../record/criu.ts';
import { firedIn } from '../../record/criu-fired.ts';
import { callEnd } from '../../record/program-text.ts';
import {
  type CoordinatorFinal,
  RECORD_VERSION,
  type RunEvent,
  type RunRecord,
  type TaskFinal,
} from '../../record/record.ts';
import type { Plan } from '../backend.ts';
import { keepDifferentFacts } from './different-facts.ts';
import { resolveFile } from './images/edit.ts';

/** The record. */
export function buildRecord({ case: c, protocol, seed }: Plan, criu: CriuRecord): RunRecord {
  return {
    version: RECORD_VERSION,
    backend: 'criu',
    protocol,
    case: c.id,
    seed,
    events: buildStory(c, criu),
    final: {
      coordinator: buildCoordinator(criu.restore ?? criu.dump),
      tasks: Object.fromEntries(c.tasks.map((task) => [task.pid, buildFinal(task.pid, criu)])),
      restores: [],
    },
    findings: [],
    fired: firedIn(c, criu),
    end: 'over',
    criu: keepDifferentFacts(criu),
  };
}

function buildCoordinator({ exit, signal, timedOut }: CriuRun): CoordinatorFinal {
  if (timedOut !== undefined) return { end: 'waiting' };
  if (signal !== undefined) return { end: 'killed' };
  return exit === 0 ? { end: 'returned', result: 0 } : { end: 'returned', failed: true };
}

/** How a task ended: after the restore when there was one, else after the dump. */
function buildFinal(pid: number, { afterRestore, afterDump }: CriuRecord): TaskFinal {
  const marked = afterRestore !== undefined;
  const { tasks } = afterRestore ?? afterDump;
  const process = tasks.find((task) => task.pid === pid || task.threads.some(({ tid }) => tid === pid));
  if (!process) return { end: 'killed', marked };
  if (process.state === 'Z') return { end: 'zombie', marked };
  return { end: marked ? 'returned' : 'untouched', marked };
}

function buildStory(c: Case, criu: CriuRecord): RunEvent[] {
  const events: RunEvent[] = [];
  let step = 0;
  const say = (text: string): void => void events.push({ step: ++step, actor: 'coordinator', kind: 'log', text });
  const call = (round: CriuRecord, run: CriuRun, left: readonly CriuTask[]): void => {
    const again = run === round.again || run === round.dumpAgain;
    say(`criu ${run.of}${again ? ', once more and without faults' : ''}`);
    if (!again) for (const event of listHits(round, run)) events.push({ step: ++step, ...event });
    for (const error of run.errors) say(`criu: ${error}`);
    say(`criu ${run.of} ${callEnd(run)}; ${left.length === 0 ? 'no task of the tree is left' : listTasks(left)}`);
  };
  const rounds = [...(criu.earlier ?? []), criu];
  const [first] = rounds as [CriuRecord];
  const { tasks } = (first.preDumps?.[0] ?? first).before;
  say(`${c.subject ? c.subject.command[0] : 'the tree'} is there: ${listTasks(tasks)}`);
  for (const round of rounds) {
    for (const { run, after } of round.preDumps ?? []) call(round, run, after.tasks);
    if (round.rival) say(rivalText(round.rival));
    if (!round.sameImages) call(round, round.dump, round.afterDump.tasks);
    if (round.dumpAgain) say(`criu dump, once more and without faults, ${callEnd(round.dumpAgain)}`);
    for (const edit of round.edits ?? []) say(`the images are changed: ${editText(edit)}`);
    for (const run of round.rivals ?? []) say(`criu restore, at the same time, ${callEnd(run)}`);
    if (round.restore) call(round, round.restore, round.afterRestore?.tasks ?? []);
    if (round.again) call(round, round.again, round.afterAgain?.tasks ?? []);
  }
  return events;
}

type Unnumbered = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'step'> : never) : never;

function listHits({ hits, restore }: CriuRecord, run: CriuRun): Unnumbered[] {
  if (run.of === 'pre-dump') return [];
  const stages = ['before-dump', 'pre-dump', 'post-dump'];
  return hits
    .filter(
      ({ stage }) => stages.includes(stage) === (run.of === 'dump') || (run.of === 'dump' && restore === undefined),
    )
    .map(({ verb, own, to, signal, stage }) => {
      const target = to === 'criu' ? 'coordinator' : to;
      const what = own ?? (verb === 'trace' ? 'ptrace' : signalName(signal!));
      const hit = { actor: 'environment', kind: 'fault', fault: `${what} at ${stage}`, verb: what } as const;
      return { ...hit, ...(target !== undefined && { target }) } as Unnumbered;
    });
}

/** `core-101: field, record 0, path [3,1], nth [0,0], value 7`. */
function editText(edit: MadeEdit): string {
  if (edit.kind === 'edited') return `${edit.file}: by the image editor ${edit.editor}`;
  const { kind, ...rest } = edit;
  const words = Object.entries(rest).filter(([word]) => word !== 'file');
  const values = words.map(([word, value]) => `${word} ${JSON.stringify(value)}`);
  return [`${resolveFile(edit)}: ${kind}`, ...values].join(', ');
}

/** `a second criu dump, at post-restore, killed, …`. */
function rivalText({ run, at, hit }: CriuSecond): string {
  const words = { kill: 'killed', stop: 'stopped until the first has ended', delay: 'delayed' } as const;
  return [`a second criu ${run.of}`, `at ${at}`, ...(hit ? [words[hit]] : []), callEnd(run)].join(', ');
}

const NAMED = 8;

/** `100 S, 101 Z`. */
function listTasks(tasks: readonly CriuTask[]): string {
  const names = tasks.slice(0, NAMED).map(({ pid, state }) => `${pid} ${state}`);
  return tasks.length > NAMED ? `${names.join(', ')} and ${tasks.length - NAMED} more` : names.join(', ');
}
