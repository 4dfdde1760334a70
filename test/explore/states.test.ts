import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fingerprint } from '../../src/explore/fingerprint.ts';
import { type News, type Peers, States } from '../../src/explore/states.ts';

/** A way to a state: the state's number, and the depth, parent and mover of the way. */
interface Way {
  readonly state: number;
  readonly depth: number;
  readonly parent: number;
  readonly mover: number;
}

const WORDS = 3;

function reach(states: States, { state, depth, parent, mover }: Way): number {
  const print = new Fingerprint();
  const words = Int32Array.of(state, state ^ 7, 1);
  print.of(words);
  return states.reach(print, words, depth, parent, mover);
}

/** Two threads' views of the same states: what one announces waits until the other listens. */
function shareStates(): readonly [States, States] {
  const mail: News[][] = [[], []];
  const views: States[] = [];
  const peers = (own: number): Peers => ({
    announce: (news) => mail[1 - own]!.push(news),
    listen: () => {
      for (const news of mail[own]!.splice(0)) views[own]!.learn(news);
    },
  });
  const first = new States({ words: WORDS, canShare: true });
  views[0] = first;
  // Some of it is there before it is shared.
  for (let state = 0; state < 100; state++) reach(first, { state, depth: 50, parent: 1_000, mover: 3 });
  const second = new States({ words: WORDS, canShare: true, from: first.share(peers(0)), peers: peers(1) });
  views[1] = second;
  return [first, second];
}

const isBetter = (a: Way, b: Way): boolean =>
  a.depth - b.depth < 0 ||
  (a.depth === b.depth && (a.parent < b.parent || (a.parent === b.parent && a.mover < b.mover)));

describe('the states that threads share', () => {
  it('hold the first shortest way to each, whichever thread met it first', () => {
    const way = fc.record({
      state: fc.nat(400),
      depth: fc.integer({ min: 48, max: 52 }),
      parent: fc.nat(2_000),
      mover: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(way, fc.boolean()), { maxLength: 600 }), (ways) => {
        const [first, second] = shareStates();
        const best = new Map<number, Way & { readonly slot: number; readonly view: States }>();
        for (let state = 0; state < 100; state++)
          best.set(state, { state, depth: 50, parent: 1_000, mover: 3, slot: -1, view: first });
        let added = 0;
        for (const [one, isSecond] of ways) {
          const view = isSecond ? second : first;
          const slot = reach(view, one);
          const known = best.get(one.state);
          assert.equal(slot >= 0, known === undefined || isBetter(one, known));
          if (slot < 0) continue;
          if (known === undefined) added++;
          else if (known.slot >= 0) assert.equal(slot, known.slot);
          best.set(one.state, { ...one, slot, view });
        }
        assert.equal(first.size + second.size, 100 + added);
        for (const { slot, view, depth, parent, mover } of best.values())
          assert.ok(slot < 0 || view.isCurrent(slot, depth, parent, mover));
      }),
      { numRuns: 60 },
    );
  });

  it('are found by each thread, whichever has added the memory', () => {
    const [first, second] = shareStates();
    const nrStates = 200_000;
    const views = [first, second];
    for (let state = 0; state < nrStates; state++)
      reach(views[state % 2]!, { state, depth: 50, parent: 1_000, mover: 3 });
    assert.equal(first.size + second.size, nrStates);
    for (let state = 0; state < nrStates; state++)
      assert.equal(reach(views[(state + 1) % 2]!, { state, depth: 50, parent: 1_000, mover: 3 }), -1);
  });
});
