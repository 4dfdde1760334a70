/** Trees of a given shape, of up to a million tasks: nothing here recurses. */
import seedrandom from 'seedrandom';
import { plainTask, type Task } from '../../model/case.ts';
import type { Document } from '../schema/document.ts';

type Generate = Extract<Document['tree'], { generate: unknown }>['generate'];

export const FIRST_PID = 100;

/** The tasks, numbered in the order of the walk: a task, then its children. */
export function generateTasks(generate: Generate): Task[] {
  const first = generate['first-pid'] ?? FIRST_PID;
  const parents = inWalkOrder(chooseParents(generate));
  const tasks = new Array<Task>(parents.length);
  for (let i = 0; i < parents.length; i++) {
    tasks[i] = plainTask(first + i, i === 0 ? 'coordinator' : first + parents[i]!, first);
  }
  return tasks;
}

/** The parent of each node, by number; a parent has a lower number than its children. */
function chooseParents({ shape, tasks, seed }: Generate): Int32Array {
  const parents = new Int32Array(tasks);
  const random = seedrandom.alea(String(seed ?? 0));
  for (let i = 1; i < tasks; i++) {
    if (shape === 'chain') parents[i] = i - 1;
    else if (shape === 'binary') parents[i] = (i - 1) >> 1;
    else if (shape === 'random') parents[i] = Math.floor(random() * i);
  }
  return parents;
}

/** The same tree with its nodes numbered depth first, children in their old order. */
function inWalkOrder(parents: Int32Array): Int32Array {
  const count = parents.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  for (let i = count - 1; i > 0; i--) {
    nextSibling[i] = firstChild[parents[i]!]!;
    firstChild[parents[i]!] = i;
  }
  const numbers = new Int32Array(count);
  const ordered = new Int32Array(count);
  let node = 0;
  for (let next = 0; next < count; next++) {
    numbers[node] = next;
    ordered[next] = numbers[parents[node]!]!;
    if (firstChild[node] !== -1) {
      node = firstChild[node]!;
      continue;
    }
    while (node !== 0 && nextSibling[node] === -1) node = parents[node]!;
    if (node !== 0) node = nextSibling[node]!;
  }
  return ordered;
}
