/** The faults of a case that took effect in a run, from its record. */
import type { Case } from '../model/case.ts';
import type { CriuCall, CriuSetup } from '../model/criu.ts';
import { declaredFaults } from '../model/declared.ts';
import type { CriuRecord, CriuRun } from './criu.ts';

/** Fault points of CRIU from here on change how it works; those below end the call (criu/include/fault-injection.h, "not fatal"). */
const FIRST_HARMLESS_POINT = 127;

/** The faults of the case that fired, by the names of `declaredFaults`. */
export function firedIn(c: Case, record: CriuRecord): string[] {
  const hit = new Set(record.hits.map(({ fault }) => fault));
  return declaredFaults(c)
    .filter(({ name, fault }) => (fault ? hit.has(name) : hasHappened(name, c.criu!, record)))
    .map(({ name }) => name);
}

/** Whether what this word of the `criu` section says has happened. */
function hasHappened(
  path: string,
  setup: CriuSetup,
  { preDumps = [], dump, restore, stages, edits, freezer, peer, rival }: CriuRecord,
): boolean {
  const [, word, item = '0'] = path.split('.');
  const findRun = (of: CriuCall): CriuRun | undefined => (of === 'dump' ? dump : restore);
  switch (word) {
    case 'fault-point': {
      const { of, number } = setup.faultPoint!;
      const run = findRun(of);
      return run !== undefined && (number >= FIRST_HARMLESS_POINT || run.exit !== 0);
    }
    case 'script-fails':
      return stages.includes(setup.scriptFails[Number(item)]!);
    case 'pre-dump-limits':
      return preDumps.length > 0;
    case 'dump-limits':
      return true;
    case 'syscalls':
      return wasInjected(setup, Number(item), findRun);
    case 'page-server':
      return dump.server?.hit !== undefined;
    case 'lazy-pages':
      return restore?.server?.hit !== undefined;
    case 'freezer':
      return freezer !== undefined;
    case 'peer':
      return peer !== undefined;
    case 'rival':
      return rival !== undefined && (setup.rival?.fault === undefined || rival.hit !== undefined);
    case 'images':
      return edits !== undefined;
    default:
      return restore !== undefined;
  }
}

/** Whether this system call was met: a record names those that were hit by their place among those of the same call of CRIU. */
function wasInjected({ syscalls }: CriuSetup, item: number, runOf: (of: CriuCall) => CriuRun | undefined): boolean {
  const { of } = syscalls[item]!;
  const place = syscalls.slice(0, item).filter((other) => other.of === of).length;
  return runOf(of)?.injected?.some(({ index }) => index === place) ?? false;
}
