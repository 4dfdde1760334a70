/** What is different of a tree after a dump that had to leave it. */
import type { CriuCensus, CriuRecord } from '../record/criu.ts';
import { added, differences, missing, steadyDifferences } from './criu-census.ts';
import { heldTasks } from './rules/criu/restored-program-runs.ts';

/** What differs from this state of the tree, in words. Tasks of `hit` are not compared. */
export function changesOfTree(
  { ownSubject, afterDump }: CriuRecord,
  wanted: CriuCensus,
  hit: ReadonlySet<number>,
): string[] {
  return ownSubject ? changesOfAll(wanted, afterDump, hit) : changesOfProgram(wanted, afterDump, hit);
}

function changesOfAll(before: CriuCensus, afterDump: CriuCensus, hit: ReadonlySet<number>): string[] {
  return [
    ...missing(before, afterDump, hit).map((pid) => `task ${pid} is missing`),
    ...differences(before, afterDump, hit),
    ...added(before, afterDump),
  ];
}

/** A program runs on meanwhile: its root is there, and no task is held that was not. */
function changesOfProgram(before: CriuCensus, afterDump: CriuCensus, hit: ReadonlySet<number>): string[] {
  const root = before.tasks.find(({ parent }) => parent === 0)?.pid;
  const lost = root !== undefined && !hit.has(root) && !afterDump.tasks.some(({ pid }) => pid === root);
  const tasks = afterDump.tasks.filter(({ pid }) => !hit.has(pid));
  return [
    ...(lost ? [`task ${root} is missing`] : []),
    ...heldTasks(before, { ...afterDump, tasks }),
    ...steadyDifferences(before, afterDump, hit),
  ];
}
