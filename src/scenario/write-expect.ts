/** The expectations of a case in the words of a scenario. */
import { isDeepStrictEqual } from 'node:util';
import type { Expect, Task, TaskExpectation } from '../model/case.ts';
import { oneOrAll } from './resolve/lists.ts';
import type { Document } from './schema/document.ts';

type ExpectWords = NonNullable<Document['expect']>;
type Line = NonNullable<ExpectWords['tasks']>[string];

/** The words that load to these expectations of these tasks. */
export function writeExpect(expect: Expect, tasks: readonly Task[]): ExpectWords {
  const lines = taskLines(expect, tasks);
  return {
    ...(expect.coordinator.length === 0 ? {} : { coordinator: oneOrAll(expect.coordinator) }),
    ...(Object.keys(lines).length === 0 ? {} : { tasks: lines }),
    ...(expect.leftWaiting === undefined ? {} : { 'left-waiting': [...expect.leftWaiting] }),
    ...(expect.violates.length === 0 ? {} : { violates: writeDefects(expect.violates, expect) }),
    ...(expect.mayViolate === undefined ? {} : { 'may-violate': writeDefects(expect.mayViolate, expect) }),
    ...(expect.except.length === 0 ? {} : { except: [...expect.except] }),
    ...(expect.only === undefined ? {} : { all: [...expect.only] }),
  };
}

function writeDefects(
  names: readonly string[],
  { versions = {}, defects = {} }: Expect,
): NonNullable<ExpectWords['violates']> {
  return names.map((property) => {
    const range = versions[property];
    const defect = defects[property]?.name;
    if (range === undefined && defect === undefined) return property;
    return { property, ...(range !== undefined && { versions: range }), ...(defect !== undefined && { defect }) };
  });
}

/** A line for each task, or one for all when it is the same for all that it would stand for. */
function taskLines(expect: Expect, tasks: readonly Task[]): Record<string, Line> {
  const waiting = new Set(expect.leftWaiting);
  const covered = tasks.filter(({ pid }) => !waiting.has(pid)).map(({ pid }) => pid);
  const first = covered.length > 1 ? expect.tasks[covered[0]!] : undefined;
  const same = first !== undefined && covered.every((pid) => isDeepStrictEqual(expect.tasks[pid], first));
  const own = same ? new Set(covered) : new Set<number>();
  const lines = Object.entries(expect.tasks).filter(([pid]) => !own.has(Number(pid)));
  return Object.fromEntries([
    ...lines.map(([pid, ends]) => [pid, line(ends)]),
    ...(same ? [['all', line(first)]] : []),
  ]);
}

function line(ends: readonly TaskExpectation[]): Line {
  return oneOrAll(ends.map(({ outcome, at }) => (at === undefined ? outcome : { waiting: at })));
}
