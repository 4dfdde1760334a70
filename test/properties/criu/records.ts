/** Records of a dump and a restore by CRIU, made by hand. */
import type { CriuCensus, CriuRecord, CriuRun, CriuTask } from '../../../src/record/criu.ts';
import type { RunRecord } from '../../../src/record/record.ts';

/** A process that runs, below the root unless said otherwise. */
export function aTask(pid: number, over: Partial<CriuTask> = {}): CriuTask {
  return {
    pid,
    name: 'subject',
    state: 'S',
    parent: pid === 100 ? 0 : 100,
    pgid: 100,
    session: 100,
    pending: '0',
    privateMemory: `${pid}`,
    sharedMemory: 'aa',
    threads: [{ tid: pid, state: over.state ?? 'S', blocked: '0', pending: '0', tracer: 0, wchan: 'pause' }],
    ...over,
  };
}

export function aCensus(...tasks: readonly CriuTask[]): CriuCensus {
  return { tasks, silent: [] };
}

export const NO_TASKS = aCensus();
/** A root with a child and a zombie. */
export const TREE = aCensus(aTask(100), aTask(101), aTask(102, { state: 'Z', status: 768 }));
const OTHERS = aCensus(aTask(900, { parent: 0 }));

export const DUMPED: CriuRun = { of: 'dump', exit: 0, errors: [] };
export const RESTORED: CriuRun = { of: 'restore', exit: 0, errors: [] };
export const FAILED: CriuRun = { of: 'restore', exit: 1, errors: ['cr-restore.c:1: no'] };

/** A healthy dump and restore, changed as said; what is undefined is left out. */
export function aRecord(over: { readonly [K in keyof CriuRecord]?: CriuRecord[K] | undefined } = {}): RunRecord {
  const healthy: CriuRecord = {
    version: '4.1.1',
    before: TREE,
    dump: DUMPED,
    afterDump: NO_TASKS,
    imaged: [100, 101, 102],
    restore: RESTORED,
    afterRestore: TREE,
    bystanders: { before: OTHERS, after: OTHERS },
    hits: [],
    stages: [],
    ownSubject: true,
  };
  const entries = Object.entries({ ...healthy, ...over }).filter(([, value]) => value !== undefined);
  const criu = Object.fromEntries(entries) as unknown as CriuRecord;
  return {
    version: 1,
    backend: 'criu',
    protocol: 'series',
    case: 'by hand',
    seed: '0',
    events: [],
    final: { coordinator: { end: 'returned', result: 0 }, tasks: {}, restores: [] },
    findings: [],
    end: 'over',
    criu,
  };
}
