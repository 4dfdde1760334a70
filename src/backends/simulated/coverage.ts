/** Which steps and branches of the protocol runs have reached. Steps that inlining wrote several times are one, by their name. */
import type { ProtocolCoverage } from '../../record/verdict.ts';

/** A compiled protocol: by pc, what its step is called, and which steps can follow. */
interface Steps {
  readonly labels: readonly string[];
  readonly next: readonly (readonly number[])[];
}

/** Marks what is reached, by pc; cheap enough for a search. */
export class Visits {
  private readonly steps: Steps;
  private readonly pointNames: readonly string[];
  private readonly reached: Uint8Array;
  /** By pc: where its ways on begin in `taken`. */
  private readonly firstWay: Int32Array;
  private readonly taken: Uint8Array;
  /** By the point's number, from 1; 0: none yet. */
  private readonly points: Uint8Array;

  constructor(steps: Steps, pointNames: readonly string[]) {
    this.steps = steps;
    this.pointNames = pointNames;
    this.points = new Uint8Array(pointNames.length + 1);
    this.reached = new Uint8Array(steps.labels.length);
    this.firstWay = new Int32Array(steps.labels.length);
    let ways = 0;
    steps.next.forEach((next, pc) => {
      this.firstWay[pc] = ways;
      ways += next.length;
    });
    this.taken = new Uint8Array(ways);
  }

  /** A step was done at `from`; the task stands at `to` now, 0 when it has ended, and at this point. */
  mark(from: number, to: number, point: number): void {
    this.points[point] = 1;
    this.reached[from] = 1;
    const way = this.steps.next[from]!.indexOf(to);
    if (way >= 0) this.taken[this.firstWay[from]! + way] = 1;
  }

  /** By names, in the program's order. */
  coverage(): ProtocolCoverage {
    const { labels, next } = this.steps;
    const steps = new Map<string, boolean>();
    const branches = new Map<string, Map<string, boolean>>();
    for (let pc = 1; pc < labels.length; pc++) {
      const label = labels[pc]!;
      if (label === 'start') continue;
      steps.set(label, (steps.get(label) ?? false) || this.reached[pc] === 1);
      const ways = branches.get(label) ?? new Map<string, boolean>();
      branches.set(label, ways);
      next[pc]!.forEach((to, i) => {
        const name = labels[to]!;
        ways.set(name, (ways.get(name) ?? false) || this.taken[this.firstWay[pc]! + i] === 1);
      });
    }
    return {
      points: this.pointNames.map((name, i) => ({ name, reached: this.points[i + 1] === 1 })),
      steps: [...steps].map(([name, reached]) => ({ name, reached })),
      branches: [...branches].flatMap(([from, ways]) =>
        ways.size < 2 ? [] : [...ways].map(([to, reached]) => ({ from, to, reached })),
      ),
    };
  }
}
