/** A heap of ranks, the lowest first. */
export class RankHeap {
  private readonly ranks: number[];

  /** `sorted`: ranks to begin with, in rising order. */
  constructor(sorted: number[] = []) {
    this.ranks = sorted;
  }

  /** The lowest rank; -1: there is none. */
  get first(): number {
    return this.ranks[0] ?? -1;
  }

  push(rank: number): void {
    const { ranks } = this;
    let at = ranks.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (ranks[parent]! <= rank) break;
      ranks[at] = ranks[parent]!;
      at = parent;
    }
    ranks[at] = rank;
  }

  /** Takes out the lowest. */
  pop(): void {
    const { ranks } = this;
    const last = ranks.pop();
    if (last === undefined || ranks.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= ranks.length) break;
      if (child + 1 < ranks.length && ranks[child + 1]! < ranks[child]!) child++;
      if (ranks[child]! >= last) break;
      ranks[at] = ranks[child]!;
      at = child;
    }
    ranks[at] = last;
  }
}
