/** The coverage of each protocol, added up over the cases of a run: plain JSON, for reports and for their merger. */
import type { ProtocolCoverage } from '../../src/record/verdict.ts';

/** How many cases reached it, by name; names in the program's order. */
export type Reached = Readonly<Record<string, number>>;

export interface CoverageSum {
  /** Cases with known coverage. */
  readonly cases: number;
  /** Points of the scenario format. */
  readonly points: Reached;
  /** Steps of the protocol: `function: step`. */
  readonly steps: Reached;
  /** Ways on from a step that has several: `step -> step`. */
  readonly branches: Reached;
}

/** By protocol. */
export type CoverageReport = Readonly<Record<string, CoverageSum>>;

type Counts = Record<string, number>;

interface Sum {
  cases: number;
  readonly points: Counts;
  readonly steps: Counts;
  readonly branches: Counts;
}

export class CoverageTally {
  readonly #sums = new Map<string, Sum>();

  /** Adds what one case reached. */
  add(protocol: string, { points, steps, branches }: ProtocolCoverage): void {
    const sum = this.#findSum(protocol);
    sum.cases += 1;
    for (const { name, reached } of points) count(sum.points, name, reached ? 1 : 0);
    for (const { name, reached } of steps) count(sum.steps, name, reached ? 1 : 0);
    for (const { from, to, reached } of branches) count(sum.branches, `${from} -> ${to}`, reached ? 1 : 0);
  }

  /** Adds what another run reached. */
  merge(other: CoverageReport): void {
    for (const [protocol, { cases, ...kinds }] of Object.entries(other)) {
      const sum = this.#findSum(protocol);
      sum.cases += cases;
      for (const kind of ['points', 'steps', 'branches'] as const)
        for (const [name, n] of Object.entries(kinds[kind])) count(sum[kind], name, n);
    }
  }

  /** Undefined when no case has known coverage. */
  report(): CoverageReport | undefined {
    return this.#sums.size === 0 ? undefined : Object.fromEntries(this.#sums);
  }

  #findSum(protocol: string): Sum {
    let sum = this.#sums.get(protocol);
    if (!sum) {
      sum = { cases: 0, points: {}, steps: {}, branches: {} };
      this.#sums.set(protocol, sum);
    }
    return sum;
  }
}

function count(counts: Counts, name: string, n: number): void {
  counts[name] = (counts[name] ?? 0) + n;
}

/** `59/72 (81 %)`. */
export function share(reached: Reached): string {
  const all = Object.values(reached);
  const some = all.filter((n) => n > 0).length;
  return `${some}/${all.length} (${all.length === 0 ? 100 : Math.floor((100 * some) / all.length)} %)`;
}

/** Steps by the function that they are of, in the program's order. */
export function byFunction(
  steps: Reached,
): ReadonlyMap<string, readonly { readonly step: string; readonly cases: number }[]> {
  const functions = new Map<string, { step: string; cases: number }[]>();
  for (const [name, cases] of Object.entries(steps)) {
    const at = name.indexOf(':');
    const of = name.slice(0, at);
    const list = functions.get(of) ?? [];
    functions.set(of, list);
    list.push({ step: name.slice(at + 2), cases });
  }
  return functions;
}
