import { existsSync } from 'node:fs';
import { type Backend, isBadSurroundings } from '../../backends/backend.ts';
import { ErrorMessages } from '../../backends/criu/error-messages.ts';
import { type CriuBackend, criu } from '../../backends/criu/index.ts';
import { listEvery, type SystemCall } from '../../backends/criu/system-calls.ts';
import { whyNot } from '../../injector/index.ts';
import { knownDefects } from '../../injector/known.ts';
import { spread } from '../../injector/spread.ts';
import type { Case } from '../../model/case.ts';
import { type CriuCall, type CriuSyscall, PLAIN_CRIU } from '../../model/criu.ts';
import { findBucket, isNew, type KnownDefect } from '../../model/signature.ts';
import type { OutcomeName } from '../../model/syscall-outcomes.ts';
import { ANY_SYSCALL } from '../../model/syscalls.ts';
import { judge } from '../../properties/index.ts';
import { signFinding } from '../../properties/signature.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Violation } from '../../record/verdict.ts';
import { print } from '../exit.ts';
import { suggestPath } from '../nearest-path.ts';
import { FuzzError, readBase } from './base.ts';
import { writeFinding } from './write-finding.ts';

export interface SweepFlags {
  /** The call that is swept; by default both. */
  readonly of?: CriuCall;
  readonly outcomes: readonly OutcomeName[];
  /** Runs at most. */
  readonly count?: number;
  /** Seconds at most. */
  readonly time?: number;
  readonly parallel: number;
  readonly out: string;
  /** The file of known defects; by default the nearest above the scenario. */
  readonly known?: string;
  readonly allowCommands?: boolean;
  readonly criu?: string;
}

export interface SweepOptions extends SweepFlags {
  readonly file: string | undefined;
  readonly signal: AbortSignal;
}

export interface Swept {
  readonly runs: number;
  /** Outcomes of all calls that there are. */
  readonly total: number;
  /** Of the runs those in which the call was met again. */
  readonly met: number;
  /** Defects that no file of known defects has. */
  readonly findings: number;
}

/** Sweeps, and prints what it finds and how far it is. Rejects with FuzzError. */
export async function sweep(options: SweepOptions): Promise<Swept> {
  const { file, allowCommands = false, criu: version } = options;
  const backend = criu({ allowCommands, ...(version !== undefined && { criu: version }) });
  try {
    if (options.known !== undefined && !existsSync(options.known))
      throw new FuzzError(`no such file: ${options.known}`, suggestPath(options.known));
    const base = readBase(file, 'System calls that fail');
    const reason = await whyNot(backend, base);
    if (reason !== undefined) throw new FuzzError(reason);
    const defects = knownDefects(file ?? 'sweep.yaml', options.known);
    if (typeof defects === 'string') throw new FuzzError(defects);
    const all = listOutcomes(await listCalls(backend, base, options.of), options.outcomes);
    return await sweepAll(backend, base, all, new Findings(options.out, defects), options);
  } catch (error) {
    throw isBadSurroundings(error) ? new FuzzError(error.message) : error;
  } finally {
    await backend.dispose();
  }
}

/** The system calls that are swept. Rejects with FuzzError when there are none. */
export async function listCalls(backend: CriuBackend, base: Case, only?: CriuCall): Promise<SystemCall[]> {
  const calls = (await backend.systemCalls(base)).filter(({ of }) => only === undefined || of === only);
  if (calls.length === 0) throw new FuzzError('the dump and the restore of this scenario make no such system call');
  return calls;
}

/** Each of these calls with each of these outcomes that it can have. Throws FuzzError when that is none. */
export function listOutcomes(calls: readonly SystemCall[], outcomes: readonly OutcomeName[]): CriuSyscall[] {
  const every = { call: ANY_SYSCALL, number: 1, every: true, outcomes } as const;
  const all = (['dump', 'restore'] as const).flatMap((of) => listEvery({ of, ...every }, calls));
  if (all.length === 0) throw new FuzzError('no system call of this scenario can end in such a way');
  return all;
}

/** A run in which one system call fails. */
export interface SweptRun {
  readonly case: Case;
  readonly one: CriuSyscall;
  readonly record: RunRecord;
  /** Undefined: the call was not met again. */
  readonly violations?: readonly Violation[];
}

/** Runs the case with an outcome of a call: number `run` of all, in an order that takes calls from all regions alike. */
export async function runSwept(
  backend: Backend,
  base: Case,
  all: readonly CriuSyscall[],
  run: number,
): Promise<SweptRun> {
  const one = all[spread(run, all.length)]!;
  const c: Case = { ...base, criu: { ...(base.criu ?? PLAIN_CRIU), syscalls: [one] } };
  const record = await backend.run({ case: c, protocol: 'series', seed: '0', maxSteps: 1 });
  if ((record.fired?.length ?? 0) === 0) return { case: c, one, record };
  const violations = judge(c, record).filter(({ property }) => property !== 'fault-never-fired');
  return { case: c, one, record, violations };
}

async function sweepAll(
  backend: CriuBackend,
  base: Case,
  all: readonly CriuSyscall[],
  findings: Findings,
  { count = all.length, time, parallel, signal }: SweepOptions,
): Promise<Swept> {
  const until = time === undefined ? Number.POSITIVE_INFINITY : performance.now() + time * 1000;
  const most = Math.min(count, all.length);
  const [itself] = await backend.capabilities();
  const messages = await ErrorMessages.of(itself?.tool?.path ?? '');
  let [next, runs, met] = [0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < most && performance.now() < until && !signal.aborted) {
      const swept = await runSwept(backend, base, all, next++);
      const { record, violations } = swept;
      runs++;
      for (const run of [record.criu?.dump, record.criu?.restore])
        for (const error of run?.errors ?? []) messages.add(error);
      if (!violations) continue;
      met++;
      if (violations.length > 0) findings.add(swept, violations);
      if (process.stderr.isTTY) process.stderr.write(`\r${runs} of ${most} runs, ${findings.count} findings `);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  print(
    `${met} of ${all.length} outcomes of system calls done (${((met / all.length) * 100).toFixed(1)} %), ${runs - met} calls not met again\n` +
      `${messages.places} places of CRIU's source reported an error, ${messages.reached} of the ${messages.total} messages that it has\n${findings.summary}\n`,
  );
  return { runs, total: all.length, met, findings: findings.count };
}

/** One of each signature: the first run that shows it. */
class Findings {
  readonly #out: string;
  readonly #defects: readonly KnownDefect[];
  readonly #seen = new Set<string>();
  readonly #known = new Map<string, number>();

  constructor(out: string, defects: readonly KnownDefect[]) {
    this.#out = out;
    this.#defects = defects;
  }

  get count(): number {
    return this.#seen.size;
  }

  get summary(): string {
    const known = [...this.#known].map(([title, runs]) => `  known, in ${runs} runs: ${title}\n`);
    return `${this.count} findings${this.count > 0 ? ` in ${this.#out}` : ''}\n${known.join('')}`.trimEnd();
  }

  add(swept: SweptRun, violations: readonly Violation[]): void {
    const signature = signFinding(swept.case, swept.record, violations)!;
    const bucket = findBucket(signature, this.#defects);
    const { id, title = id } = bucket;
    if (!isNew(bucket)) return void this.#known.set(title, (this.#known.get(title) ?? 0) + 1);
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const { property, place, shape } = signature;
    const file = saveSwept(this.#out, swept, property, violations);
    const { message } = violations.find((violation) => violation.property === property)!;
    const what = [property, place, shape].filter((part) => part !== '').join(', ');
    print(`${what}\n  ${describeCall(swept.one)}\n  ${message}\n  ${file}\n`);
  }
}

/** Writes the scenario that shows a run's violation of this property again; returns its path. */
export function saveSwept(
  folder: string,
  { case: c, one, record }: SweptRun,
  property: string,
  violations: readonly Violation[],
): string {
  const { message } = violations.find((violation) => violation.property === property)!;
  return writeFinding(folder, property, {
    ...c,
    title: `${property}: ${describeCall(one)}`.slice(0, 190),
    why: `${message.slice(0, 1000)} (CRIU ${record.criu!.version})`,
    expect: { ...c.expect, violates: [...new Set(violations.map((violation) => violation.property))] },
  });
}

/** `restore: openat() number 3 of the process for task 101 fails with ENOMEM` */
export function describeCall({ of, task, call, number, errno, signal, short }: CriuSyscall): string {
  const where = task === undefined ? '' : ` of the process for task ${task}`;
  const end = short ? 'is short' : errno === undefined ? `gets ${signal}` : `fails with ${errno}`;
  return `${of}: ${call}() number ${number}${where} ${end}`;
}
