/** An event of a record in words, and how much it says about what went wrong. Runs in a browser too. */
import type { Failure, TaskId } from '../../src/model/case.ts';
import { errnoName } from '../../src/model/errno.ts';
import type { Actor, Finding, RunEvent } from '../../src/record/record.ts';

/** An actor's name in a sentence. */
export function actorName(actor: Actor): string {
  return typeof actor === 'number' ? String(actor) : actor;
}

/** What the actor does, without its name: `wakes 101`. */
export function describe(event: RunEvent): string {
  // A report of another version may contain an event that this version has no words for: then its name is shown.
  return words(event) ?? event.kind;
}

function words(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'point':
      return `at ${event.point}`;
    case 'call':
      return `calls restart(${event.pid}${event.flags === 0 ? '' : `, flags 0x${event.flags.toString(16)}`})`;
    case 'visit':
      return `looks at ${event.task}`;
    case 'mark':
      return event.task === event.actor ? 'marks itself' : `marks ${event.task}`;
    case 'unmark':
      return 'clears its mark';
    case 'sleep':
      return `sleeps on ${event.on}`;
    case 'wake':
      return `wakes ${event.task}`;
    case 'interrupted':
      return `a signal ends its wait on ${event.on}`;
    case 'signal':
      return event.task === event.actor ? `sends itself ${event.signal}` : `sends ${event.signal} to ${event.task}`;
    case 'activate':
      return event.pid === undefined ? 'no task left to activate' : `activates ${event.pid} (number ${event.index})`;
    case 'restore-begin':
      return 'begins to restore itself';
    case 'restore-end':
      return event.error === undefined
        ? `is restored from record ${event.record}`
        : `can't restore itself: ${errno(event.error)}`;
    case 'threads-passed':
      return 'its thread group is complete';
    case 'done':
      return `is done, ${event.left} left`;
    case 'total':
      return `expects ${event.tasks} ${event.tasks === 1 ? 'task' : 'tasks'} to be done`;
    case 'error':
      return `records ${errno(event.error)}${event.first ? '' : ' (too late: not the first error)'}`;
    case 'success':
      return 'declares success';
    case 'complete':
      return `completes ${event.what}`;
    case 'get':
      return `takes a reference: ${event.references}`;
    case 'put':
      return `drops a reference: ${event.references}`;
    case 'free':
      return 'frees the context';
    case 'status':
      return `status: ${event.status}`;
    case 'status-list':
      return `prints the status list: ${event.entries.map((e) => `${e.task} ${e.state}`).join(', ') || 'empty'}`;
    case 'fork':
      return `forks ${event.child}${event.inherits ? ', which inherits the context' : ''}`;
    case 'fork-failed':
      return `can't fork: ${errno(event.error)}`;
    case 'frozen':
      return `freezes ${event.task}`;
    case 'return':
      return `${event.own ? '' : 'restart '}returns ${result(event.result)}`;
    case 'user':
      return 'is back in user space';
    case 'exit':
      return EXITS[event.how];
    case 'reparent':
      return `hands its child ${event.task} to ${event.to ?? 'init'}`;
    case 'detach':
      return `detaches ${event.task}, which it traced`;
    case 'call-failed':
      return `${CALLS[event.call]} fails: ${errno(event.error)}`;
    case 'fault':
      return event.target === undefined
        ? `fault ${faultName(event)}`
        : `fault ${faultName(event)} hits ${event.target}`;
    case 'step':
      return event.name;
    case 'load':
      return `reads ${event.value} from ${wordName(event)}`;
    case 'store':
      return `sets ${wordName(event)} to ${event.value}`;
    case 'log':
      return `logs: ${event.text}`;
    case 'finding':
      return findingText(event.finding);
  }
}

/** A word of a protocol of one's own: `phase`, `vote of 101`, `its vote`. */
function wordName({ word, of, actor }: { word: string; of?: TaskId; actor: Actor }): string {
  if (of === undefined) return word;
  return of === actor ? `its ${word}` : `${word} of ${of}`;
}

const CALLS: Readonly<Record<Failure, string>> = {
  kmalloc: 'kmalloc()',
  'image-read': 'a read of the image',
  restore: 'restore_task()',
  freeze: 'the freezer',
};

const EXITS = { killed: 'dies, killed', exited: 'exits', zombie: 'becomes a zombie' } as const;

function faultName({ fault, verb }: { fault: string; verb: string }): string {
  return fault === verb || fault.startsWith(`${verb}-`) ? fault : `${fault} (${verb})`;
}

/** A kernel defect in words. */
export function findingText({ kind, at, detail }: Finding): string {
  if (kind === 'broken-property') return `${at} does not hold${detail === undefined ? '' : `: ${detail}`}`;
  // Some details begin with the place again.
  const more = detail?.startsWith(`${at}: `) ? detail.slice(at.length + 2) : detail;
  return `${FINDINGS[kind]} in ${at}${more === undefined ? '' : `: ${more}`}`;
}

const FINDINGS: Readonly<Record<Finding['kind'], string>> = {
  bug: 'kernel BUG',
  'null-dereference': 'NULL dereference',
  'out-of-bounds': 'read out of bounds',
  'uninitialized-read': 'read of uninitialized memory',
  'use-after-free': 'use after free',
  'double-free': 'double free',
  'reference-leak': 'reference leak',
  crash: 'crash',
  hang: 'hang',
  disagreement: 'disagreement',
  'broken-property': 'property',
};

function errno(error: number): string {
  return errnoName(error);
}

/** A result of restart: an errno's name, or the value. */
export function result(value: number): string {
  return value < 0 ? errnoName(value) : String(value);
}

/** The task that an event acts on: the other end of an arrow. */
export function findTarget(event: RunEvent): TaskId | undefined {
  switch (event.kind) {
    case 'mark':
    case 'wake':
    case 'signal':
    case 'frozen':
    case 'reparent':
    case 'detach':
      return event.task === event.actor ? undefined : event.task;
    case 'activate':
      return event.pid;
    case 'fork':
      return event.child;
    case 'fault':
      return event.target;
    default:
      return undefined;
  }
}

/** Relevance of an event to a failure: 3 explains it, 2 is part of the sequence, 1 is detail, 0 is bookkeeping. */
export function weighEvent(event: RunEvent): 0 | 1 | 2 | 3 {
  switch (event.kind) {
    case 'fault':
    case 'signal':
    case 'interrupted':
    case 'finding':
    case 'fork-failed':
    case 'call-failed':
    case 'success':
    case 'exit':
      return 3;
    case 'error':
      return event.first ? 3 : 2;
    case 'return':
      return event.actor === 'coordinator' || event.result < 0 ? 3 : 2;
    case 'restore-end':
      return event.error === undefined ? 2 : 3;
    case 'point':
    case 'sleep':
    case 'wake':
    case 'mark':
    case 'unmark':
    case 'activate':
    case 'fork':
    case 'frozen':
    case 'user':
    case 'store':
      return 2;
    case 'visit':
    case 'get':
    case 'put':
    case 'status':
    case 'status-list':
    case 'log':
      return 0;
    default:
      return 1;
  }
}
