/** Draws the task tree of a case with what user space made of each task, where faults are aimed, and how each ended. */

import { harmless } from '../../src/boundary/harmless.ts';
import { type Case, isProtocolFile, type Task } from '../../src/model/case.ts';
import type { RunRecord, TaskFinal } from '../../src/record/record.ts';
import { isMissingInImage, taskWords } from '../words/case.ts';
import { coordinatorEnd, taskEnd } from '../words/endings.ts';
import type { Colors } from './output.ts';
import { pad, width } from './text.ts';
import type { TextStyle } from './timeline-text.ts';

interface Line {
  readonly name: string;
  readonly words: string;
  readonly end: string;
  readonly paint: (colors: Colors) => (text: string) => string;
}

/** The most tasks that are drawn; the rest is counted. */
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
  const end = record ? coordinatorEnd(record.final.coordinator) : '';
  return {
    name: record?.criu ? 'CRIU' : c ? `coordinator ${c.restart.coordinatorPid}` : 'coordinator',
    words: [...(c && c.restart.flags !== 0 ? [flagWords(c.restart.flags)] : []), ...aimedAt(c, 'coordinator')].join(
      ', ',
    ),
    end,
    paint: (colors) => (end.startsWith('returned 0') ? colors.green : colors.yellow),
  };
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
  const isOwn = isProtocolFile(c.restart.protocol);
  const words = [
    ...taskWords(task),
    ...(isMissingInImage(c, task) ? ['not in the image'] : []),
    ...(final && !final.marked && final.end !== 'untouched' && !isOwn ? ['never marked'] : []),
  ];
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

function aimedAt(c: Case | undefined, id: number | 'coordinator'): string[] {
  const faults = c?.faults.filter((fault) => fault.targets.length === 1 && fault.targets[0] === id) ?? [];
  return faults.map((fault) => `target of ${fault.name}`);
}

function flagWords(flags: number): string {
  const names = [flags & 1 && 'taskself', flags & 2 && 'frozen', flags & 4 && 'ghost'].filter(
    (n) => typeof n === 'string',
  );
  const rest = flags & ~7;
  return [...names, ...(rest === 0 ? [] : [`0x${(rest >>> 0).toString(16)}`])].join(' ');
}
