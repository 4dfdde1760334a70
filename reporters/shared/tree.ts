/** Draws the task tree of a case with what user space made of each task, where faults are aimed, and how each ended. */
import type { Case, Fault, Task, When } from '../../src/model/case.ts';
import { coordinatorOutcome, taskOutcome } from '../../src/record/read.ts';
import type { FinalState, RunRecord, TaskFinal } from '../../src/record/record.ts';
import { result } from './describe.ts';
import type { Colors } from './output.ts';
import { harmless, pad, width } from './text.ts';
import type { TextStyle } from './timeline-text.ts';

interface Line {
  readonly name: string;
  readonly words: string;
  readonly end: string;
  readonly paint: (colors: Colors) => (text: string) => string;
}

/** A tree this large says no more than its ends do; the rest is counted. */
const TASKS_AT_MOST = 40;

/** The lines of the tree; without a case (an older record) the tasks are a flat list. */
export function drawTree(record: RunRecord | undefined, c: Case | undefined, style: TextStyle): string[] {
  const lines = [coordinatorLine(record, c), ...(c ? caseLines(c, record, style) : flatLines(record, style))];
  const shown = lines.slice(0, TASKS_AT_MOST + 1);
  const names = Math.min(32, Math.max(...shown.map((l) => width(l.name))));
  const ends = Math.max(...shown.map((l) => width(l.end)));
  const drawn = shown.map((line) => {
    const row = `${pad(line.name, names)}  ${line.paint(style.colors)(pad(line.end, ends))}`;
    return `${row}  ${style.colors.dim(line.words)}`.trimEnd();
  });
  const more = (c ? Math.max(c.tasks.length + 1, lines.length) : lines.length) - shown.length;
  return more > 0
    ? [...drawn, style.colors.dim(`${style.symbols.ellipsis} ${more} more tasks ${style.symbols.ellipsis}`)]
    : drawn;
}

function coordinatorLine(record: RunRecord | undefined, c: Case | undefined): Line {
  const end = record ? coordinatorEnd(record.final) : '';
  return {
    name: c ? `coordinator ${c.restart.coordinatorPid}` : 'coordinator',
    words: [...(c && c.restart.flags !== 0 ? [flagWords(c.restart.flags)] : []), ...aimedAt(c, 'coordinator')].join(
      ', ',
    ),
    end,
    paint: (colors) => (end.startsWith('returned 0') ? colors.green : colors.yellow),
  };
}

/** How the coordinator ended, in words: `returned EBUSY`. */
export function coordinatorEnd(final: FinalState): string {
  const { end, at, result: value } = final.coordinator;
  if (end === 'returned') return `returned ${value === undefined ? 'nothing' : result(value)}`;
  return `${coordinatorOutcome(final)}${at === undefined ? '' : ` at ${at}`}`;
}

/** How a task ended, in words: `waiting at sync-1`. */
export function taskEnd(final: TaskFinal | undefined): string {
  if (!final) return 'never made';
  const value = final.end === 'returned' && final.result !== undefined ? ` with ${result(final.result)}` : '';
  return `${taskOutcome(final)}${final.at === undefined ? '' : ` at ${final.at}`}${value}`;
}

function caseLines(c: Case, record: RunRecord | undefined, style: TextStyle): Line[] {
  const { branch, corner, trunk } = style.symbols;
  const inCase = new Set(c.tasks.map((t) => t.pid));
  const below = new Map<number | 'coordinator', Task[]>();
  for (const task of c.tasks) {
    const above = task.leader === task.pid ? task.parent : task.leader;
    const list = below.get(above);
    if (list) list.push(task);
    else below.set(above, [task]);
  }
  const lines: Line[] = [];
  const walk = (tasks: readonly Task[], prefix: string): void => {
    tasks.forEach((task, i) => {
      if (lines.length > TASKS_AT_MOST) return;
      const last = i === tasks.length - 1;
      lines.push(taskLine(prefix + (last ? corner : branch), task, c, record));
      walk(below.get(task.pid) ?? [], prefix + (last ? '   ' : trunk));
    });
  };
  walk(below.get('coordinator') ?? [], '');
  for (const pid of Object.keys(record?.final.tasks ?? {}).map(Number)) {
    if (!inCase.has(pid)) lines.push(bareLine(`${corner}${pid}`, 'forked by a fault', record!.final.tasks[pid]));
  }
  return lines;
}

function taskLine(prefix: string, task: Task, c: Case, record: RunRecord | undefined): Line {
  const name = `${prefix}${task.pid}${task.name === undefined ? '' : ` ${harmless(task.name)}`}`;
  const final = record?.final.tasks[task.pid];
  const words = [...taskWords(task), ...(final && !final.marked && final.end !== 'untouched' ? ['never marked'] : [])];
  return { ...bareLine(name, [...words, ...aimedAt(c, task.pid)].join(', '), final), ...(record ? {} : { end: '' }) };
}

function bareLine(name: string, words: string, final: TaskFinal | undefined): Line {
  return { name, words, end: taskEnd(final), paint: (colors) => (final ? colors[END_COLORS[final.end]] : colors.dim) };
}

const END_COLORS = {
  returned: 'green',
  frozen: 'green',
  zombie: 'green',
  killed: 'magenta',
  exited: 'dim',
  waiting: 'yellow',
  untouched: 'dim',
  crashed: 'red',
  running: 'yellow',
} as const satisfies Record<TaskFinal['end'], keyof Colors>;

function flatLines(record: RunRecord | undefined, { symbols }: TextStyle): Line[] {
  const tasks = Object.entries(record?.final.tasks ?? {});
  return tasks.map(([pid, final], i) =>
    bareLine(`${i === tasks.length - 1 ? symbols.corner : symbols.branch}${pid}`, '', final),
  );
}

/** What makes a task special, in the words of the scenario format. */
export function taskWords(task: Task): string[] {
  return [
    ...(task.leader === task.pid ? [] : [`thread of ${task.leader}`]),
    ...(task.state === 'alive'
      ? []
      : [task.exitCode === 0 ? task.state : `${task.state} (exit code ${task.exitCode})`]),
    ...(task.ghost ? ['ghost'] : []),
    ...(task.sibling ? [`sibling of ${task.creator}`] : []),
    ...(task.tracedBy === undefined
      ? []
      : [`traced by ${task.tracedBy === 'outsider' ? 'an outsider' : task.tracedBy}`]),
    ...(task.owner === 'stranger' ? ['owned by a stranger'] : []),
    ...(task.restartingItself ? ['already in a restart'] : []),
    ...(task.absent ? ['never calls restart'] : []),
    ...(task.exits ? ['exits instead'] : []),
    ...(task.forkedLate === undefined ? [] : [`forked late by ${task.creator}`]),
  ];
}

function aimedAt(c: Case | undefined, who: number | 'coordinator'): string[] {
  const faults = c?.faults.filter((fault) => fault.targets.length === 1 && fault.targets[0] === who) ?? [];
  return faults.map((fault) => `target of ${fault.name}`);
}

function flagWords(flags: number): string {
  const names = [flags & 1 && 'taskself', flags & 2 && 'frozen', flags & 4 && 'ghost'].filter(
    (n) => typeof n === 'string',
  );
  const rest = flags & ~7;
  return [...names, ...(rest === 0 ? [] : [`0x${(rest >>> 0).toString(16)}`])].join(' ');
}

/** A fault in one sentence: `kill 101 when 101 is at sync-3`. */
export function faultSentence(fault: Fault): string {
  const targets = fault.targets.join(' or ');
  const what = {
    signal: `${fault.signal ?? 'a signal'} to ${targets}`,
    kill: `kill ${targets}`,
    stop: `stop ${targets}`,
    ptrace: `trace ${targets}`,
    fork: `${targets} forks${fault.child === undefined ? '' : ` ${fault.child}`}`,
    fail: `${fault.failure ?? 'something'} fails${fault.errno === undefined ? '' : ` with ${fault.errno}`}${targets === '' ? '' : ` for ${targets}`}`,
    wake: `a spurious wake-up of ${targets}`,
    delay: `delay ${targets}`,
    exit: `${targets} exits`,
  }[fault.verb];
  const which = fault.call === undefined ? '' : `, call ${fault.call}`;
  const times = fault.times === 1 ? '' : `, ${fault.times} times`;
  return `${what}${which}${times}${whenWords(fault.when)}`;
}

function whenWords(when: When): string {
  switch (when.kind) {
    case 'any':
      return ', at any moment';
    case 'start':
      return ', at the start';
    case 'task':
      return `, when ${when.task} is at ${when.at}`;
    case 'coordinator':
      return `, when the coordinator is at ${when.at}`;
    case 'after':
      return `, after ${when.fault}`;
  }
}
