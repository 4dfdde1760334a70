/** The tasks and faults of a case in words. Runs in a browser too. */
import { type Case, type Fault, isProtocolFile, type Task, type When } from '../../src/model/case.ts';

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

/** Whether the image lacks the record of a task that user space made and that should have one. */
export function isMissingInImage({ image, restart }: Case, task: Task): boolean {
  if (isProtocolFile(restart.protocol)) return false;
  const isSaved = task.state !== 'dead' && !task.ghost && task.forkedLate === undefined;
  return isSaved && !image.pids.includes(task.pid);
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
    own: ownWords(fault),
  }[fault.verb];
  const which = fault.call === undefined ? '' : `, call ${fault.call}`;
  const times = fault.times === 1 ? '' : `, ${fault.times} times`;
  return `${what}${which}${times}${whenWords(fault.when)}`;
}

/** `unplug 101, seconds 3`. */
function ownWords({ own, targets }: Fault): string {
  const values = Object.entries(own?.with ?? {}).map(([word, value]) => `, ${word} ${value}`);
  return `${[own?.verb, ...targets].join(' ')}${values.join('')}`;
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
    case 'criu':
      return `, when CRIU is at ${when.at}`;
    case 'moment':
      return `, at ${when.at}`;
    case 'after':
      return `, after ${when.fault}`;
  }
}
