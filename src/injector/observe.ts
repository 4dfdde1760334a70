/** Runs a case as a run does, and collects how it ends instead of comparing that with what the case expects. */
import type { Case } from '../model/case.ts';
import { EXPECTATION } from '../properties/index.ts';
import { isMet, type JudgedTask, judgedCoordinator, judgedTask } from '../properties/rules/expectation.ts';
import type { RunRecord } from '../record/record.ts';
import { readEnvironment } from './environment.ts';
import { createJudge, shippedProperties, underVersion } from './judge.ts';
import { type RunOptions, runCase } from './run-case.ts';

/** What all runs of one case showed, in the words of `expect`. */
export interface Observation {
  /** The case with what it expects of this version of CRIU. */
  readonly case: Case;
  /** Why the runs say nothing that could be expected: skipped, stopped, a fault that never fired. */
  readonly unusable?: { readonly status: 'skip' | 'other'; readonly reason: string };
  readonly coordinator: ReadonlySet<string>;
  /** By pid, the ends of each task with an expectation, each once. */
  readonly tasks: ReadonlyMap<number, readonly JudgedTask[]>;
  /** Tasks that some run left waiting. */
  readonly leftWaiting: ReadonlySet<number>;
  /** Properties that some run violates, and that the case does not declare as violated. */
  readonly undeclared: ReadonlySet<string>;
  /** Declared ones that some run violates. */
  readonly declared: ReadonlySet<string>;
}

/** Never rejects; what breaks on the way is a reason. */
export async function observeCase(c: Case, options: RunOptions): Promise<Observation> {
  const { tool } = await readEnvironment(options.backend);
  const expected = underVersion(c, tool?.version);
  // Nothing is expected of these runs: no failure ends the search early.
  const { leftWaiting: _, mayViolate: __, versions: ___, ...rest } = c.expect;
  const free: Case = { ...c, expect: { ...rest, coordinator: [], tasks: {}, violates: [] } };
  const collector = new Collector(expected);
  const verdict = await runCase(free, {
    ...options,
    find: (judged, record) => {
      if (judged === free) collector.add(record);
      return [];
    },
  });
  const { status, reason, violations } = verdict;
  const because = collector.isCut ? 'a run did not end' : (reason ?? violations[0]?.message);
  return {
    case: expected,
    coordinator: collector.coordinator,
    tasks: collector.tasks,
    leftWaiting: collector.leftWaiting,
    undeclared: collector.undeclared,
    declared: collector.declared,
    ...((status !== 'pass' || collector.isCut) && {
      unusable: { status: status === 'skip' ? 'skip' : 'other', reason: because ?? status },
    }),
  };
}

class Collector {
  readonly coordinator = new Set<string>();
  readonly tasks = new Map<number, JudgedTask[]>();
  readonly leftWaiting = new Set<number>();
  readonly undeclared = new Set<string>();
  readonly declared = new Set<string>();
  isCut = false;
  readonly #case: Case;
  readonly #judge;

  constructor(c: Case) {
    this.#case = c;
    this.#judge = createJudge(c, shippedProperties);
  }

  add(record: RunRecord): void {
    const c = this.#case;
    if (record.end === 'cut') this.isCut = true;
    const coordinator = judgedCoordinator(record);
    if (coordinator !== undefined) this.coordinator.add(coordinator);
    for (const pid of Object.keys(c.expect.tasks).map(Number)) this.#addTask(pid, judgedTask(c, record, pid));
    for (const [pid, { end }] of Object.entries(record.final.tasks))
      if (end === 'waiting') this.leftWaiting.add(Number(pid));
    const { failures, known } = this.#judge(record);
    for (const { property } of failures) if (property !== EXPECTATION.name) this.undeclared.add(property);
    for (const { property } of known) this.declared.add(property);
  }

  /** An end that is expected is kept in the words of the expectation: `waiting` may say where, or not. */
  #addTask(pid: number, judged: JudgedTask | undefined): void {
    if (!judged) return;
    const expected = this.#case.expect.tasks[pid]!.find((one) => isMet(this.#case, pid, judged, one));
    const end: JudgedTask = expected ?? judged;
    const ends = this.tasks.get(pid) ?? [];
    this.tasks.set(pid, ends);
    if (!ends.some(({ outcome, at }) => outcome === end.outcome && at === end.at)) ends.push(end);
  }
}
