/**
 * A finding of the simulated protocol as a mail to a kernel list: what is violated, the interleaving as calls of the kernel's
 * functions, a column for each task, and how it ends. Markdown that reads as plain text, 78 columns wide.
 */
import type { Fault, TaskId } from '../../src/model/case.ts';
import { errnoName } from '../../src/model/errno.ts';
import type { RunEvent, RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { wrap } from '../shared/text.ts';
import { actorName, describe } from '../words/events.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { FUNCTION_AT, FUNCTION_OF } from './kernel-calls.ts';

const COLUMNS = 78;
/** More tasks than this have no column each, but their name before each line. */
const MOST_LANES = 3;
/** Events that are not a part of an interleaving. */
const BOOKKEEPING = new Set<RunEvent['kind']>(['get', 'put', 'visit', 'log', 'status', 'wake', 'sleep']);

export function writeMail({ title, case: c, violates, statements, sources, seen }: ExportedFinding): string {
  if (seen?.record.backend !== 'simulated')
    throw new CannotExport(
      'an interleaving of kernel functions needs a run of the simulated protocol; use --as sh for CRIU and container runtimes',
    );
  const { record, violations } = seen;
  const [property] = violates;
  const why = c.why === undefined ? [] : [fold(c.why.trim().replace(/\s+/g, ' ')), ''];
  return `${[
    `# ${title}`,
    '',
    ...why,
    `Protocol: \`${record.protocol}\`. Violated: ${statements[property!] ?? property} (\`${property}\`)`,
    fold(`Source of the rule: ${sources[property!] ?? 'the scenario'}`),
    '',
    '## Tasks',
    '',
    ...c.tasks.map(({ pid, parent, state, leader }) => {
      const what = leader === pid ? `child of ${parent}` : `thread of ${leader}`;
      return `- ${pid}: ${what}${state === 'alive' ? '' : `, ${state}`}${c.image.pids.includes(pid) ? '' : ', not in the image'}`;
    }),
    ...c.faults.map((fault) => `- fault ${describeFault(fault)}`),
    '',
    '## Interleaving',
    '',
    '```text',
    ...drawCalls(record, violations),
    '```',
    '',
    '## Result',
    '',
    ...violations.map(({ property: name, message }) => fold(`- ${name}: ${message}`, '  ')),
    '',
    '## Reproduce',
    '',
    'The schedule below names every switch between tasks; `mktrouble replay` follows it.',
    '',
    '```text',
    ...(record.schedule ?? []),
    '```',
  ].join('\n')}\n`;
}

function fold(text: string, indent = ''): string {
  return wrap(text, COLUMNS - indent.length).join(`\n${indent}`);
}

function describeFault({ verb, signal, failure, targets, name }: Fault): string {
  return `${name}: ${signal ?? failure ?? verb}${targets.length === 0 ? '' : ` to ${targets.join(' or ')}`}`;
}

interface Call {
  readonly actor: TaskId;
  readonly step: number;
  /** `wait_task_sync()`; absent where the actor is still in the function of the call before. */
  readonly name?: string;
  readonly remarks: readonly string[];
}

/** The events as calls: those of one actor in one function together. */
function listCalls(record: RunRecord, violations: readonly Violation[]): Call[] {
  const calls: Call[] = [];
  const inside = new Map<TaskId, string>();
  let pending: string[] = [];
  const shown = new Set<Violation>();
  for (const event of record.events) {
    const { actor, step, kind } = event;
    if (kind === 'fault') {
      const target = event.target;
      if (target === undefined) pending.push(describe(event));
      else calls.push({ actor: target, step, remarks: [`<- ${describe(event)}`] });
      continue;
    }
    if (actor === 'environment') continue;
    const name = kind === 'point' ? FUNCTION_AT[event.point] : (FUNCTION_OF[kind] ?? inside.get(actor));
    const isNew = name !== undefined && (kind === 'point' || kind === 'call' || inside.get(actor) !== name);
    if (BOOKKEEPING.has(kind)) continue;
    if (name !== undefined) inside.set(actor, name);
    const found = violations.filter((one) => one.step === step && !shown.has(one));
    for (const one of found) shown.add(one);
    const remarks = [
      ...pending,
      ...(kind === 'point' ? [] : [remark(event)]),
      ...found.map(({ property }) => `!! ${property}`),
    ];
    pending = [];
    const last = calls.at(-1);
    if (last && last.actor === actor && !isNew)
      calls[calls.length - 1] = { ...last, remarks: [...last.remarks, ...remarks] };
    else calls.push({ actor, step, ...(isNew && { name: `${name}()` }), remarks });
  }
  return calls;
}

/** An effect as a kernel developer would note it beside the call; effects without such a form are in words. */
function remark(event: RunEvent): string {
  switch (event.kind) {
    case 'mark':
      return `${event.task === event.actor ? 'current' : event.task}->checkpoint_ctx = ctx`;
    case 'unmark':
      return 'current->checkpoint_ctx = NULL';
    case 'total':
      return `nr_total = ${event.tasks}`;
    case 'done':
      return `nr_total: ${event.left} left`;
    case 'activate':
      return `active_pid = ${event.index} (${event.pid === undefined ? 'no task left' : `task ${event.pid}`})`;
    case 'complete':
      return `complete(${event.what})`;
    case 'interrupted':
      return `${event.on}: -ERESTARTSYS`;
    case 'return':
      return `return ${event.result < 0 ? errnoText(event.result) : event.result}`;
    case 'error':
      return `ctx->errno = ${errnoText(event.error)}${event.first ? '' : ' (too late)'}`;
    default:
      return describe(event);
  }
}

function errnoText(error: number): string {
  return `-${errnoName(-error) ?? -error}`;
}

function drawCalls(record: RunRecord, violations: readonly Violation[]): string[] {
  const calls = listCalls(record, violations);
  const lanes = [...new Set(calls.map(({ actor }) => actor))].sort((a, b) => rank(a) - rank(b));
  if (lanes.length > MOST_LANES) return drawList(calls);
  const each = Math.floor(COLUMNS / lanes.length);
  const head = lanes
    .map((lane) => pad(lane === 'coordinator' ? 'coordinator' : `task ${lane}`, each))
    .join('')
    .trimEnd();
  const lines = calls.flatMap((call) => {
    const left = ' '.repeat(each * lanes.indexOf(call.actor));
    return linesOf(call, each - 1).map((line) => `${left}${line}`);
  });
  return [
    head,
    lanes
      .map(() => pad('-'.repeat(each - 2), each))
      .join('')
      .trimEnd(),
    ...lines,
  ];
}

function linesOf({ name, remarks }: Call, columns: number): string[] {
  return [
    ...(name === undefined ? [] : [name]),
    ...remarks.flatMap((text) => wrap(text, columns - 2).map((line) => `  ${line}`)),
  ];
}

function drawList(calls: readonly Call[]): string[] {
  const width = Math.max(...calls.map(({ actor }) => actorName(actor).length)) + 2;
  return calls.flatMap((call) =>
    linesOf(call, COLUMNS - width).map((line, i) => `${pad(i === 0 ? `${actorName(call.actor)}:` : '', width)}${line}`),
  );
}

function rank(lane: TaskId): number {
  return lane === 'coordinator' ? -1 : lane;
}

function pad(text: string, columns: number): string {
  return text.padEnd(columns);
}
