/**
 * The random numbers of many schedules, cheap to begin: seeded once from a text, then any schedule's by its number.
 * SplitMix (Steele, Lea, Flood, OOPSLA 2014) in 32 bits: a counter with an odd step of its own, and a mixer that hides it.
 */
import seedrandom from 'seedrandom';

function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}

export class Draws {
  private readonly seed: number;
  private readonly otherSeed: number;
  private counter = 0;
  private gap = 1;

  constructor(seed: string) {
    const random = seedrandom.alea(seed);
    this.seed = random.int32();
    this.otherSeed = random.int32();
    this.goTo(0);
  }

  /** The numbers of this schedule, from the first; 0 and up. */
  goTo(schedule: number): void {
    this.counter = mix(this.seed ^ mix(schedule));
    this.gap = mix(this.otherSeed ^ mix(this.counter)) | 1;
  }

  /** 32 bits, signed. */
  word(): number {
    this.counter = (this.counter + this.gap) | 0;
    return mix(this.counter);
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    return (this.word() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number from 0 up to, and without, `n`. */
  below(n: number): number {
    return (this.fraction() * n) | 0;
  }
}
