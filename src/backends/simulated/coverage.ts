/** Which steps and branches of the protocol runs have reached. Steps that inlining wrote several times are one, by their name. */
import type { ProtocolCoverage } from '../../record/verdict.ts';
import type { Compiled } from './compile/link.ts';
import { POINT_NAMES } from './world.ts';

/** Marks what is reached, by pc; cheap enough for a search. */
export class Visits {
  private readonly compiled: Compiled;
  private readonly reached: Uint8Array;
  /** By pc: where its ways on begin in `taken`. */
  private readonly firstWay: Int32Array;
  private readonly taken: Uint8Array;
  /** By the point's number; 0: none yet. */
  private readonly points = new Uint8Array(POINT_NAMES.length);

  constructor(compiled: Compiled) {
    this.compiled = compiled;
    this.reached = new Uint8Array(compiled.labels.length);
    this.firstWay = new Int32Array(compiled.labels.length);
    let ways = 0;
    compiled.next.forEach((next, pc) => {
      this.firstWay[pc] = ways;
      ways += next.length;
    });
    this.taken = new Uint8Array(ways);
  }

  /** A step was done at `from`; the task stands at `to` now, 0 when it has ended, and at this point. */
  mark(from: number, to: number, point: number): void {
    this.points[point] = 1;
    this.reached[from] = 1;
    const way = this.compiled.next[from]!.indexOf(to);
    if (way >= 0) this.taken[this.firstWay[from]! + way] = 1;
  }

  /** By names, in the program's order. */
  coverage(): ProtocolCoverage {
    const { labels, next } = this.compiled;
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
      points: POINT_NAMES.slice(1).map((name, i) => ({ name, reached: this.points[i + 1] === 1 })),
      steps: [...steps].map(([name, reached]) => ({ name, reached })),
      branches: [...branches].flatMap(([from, ways]) =>
        ways.size < 2 ? [] : [...ways].map(([to, reached]) => ({ from, to, reached })),
      ),
    };
  }
}
