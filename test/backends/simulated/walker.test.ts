/** The walker that does not look at every task before each step, held against the machine that does. */
import assert from 'node:assert/strict';
import { Draws } from '../../../src/backends/draws.ts';
import { createWalker } from '../../../src/backends/walk.ts';
import { buildCase, SMALL_CASES } from './support/cases.ts';
import { MAIN_PROTOCOLS, openMachine } from './support/machines.ts';

const HELD_BACK = buildCase('held back', {
  tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] },
  faults: [
    { delay: 101, when: 'any' },
    { signal: 'SIGUSR1', to: 100, when: 'any' },
  ],
});

describe('a walker', function () {
  this.timeout(60_000);

  for (const protocol of MAIN_PROTOCOLS) {
    it(`finds in every state the actors that can move, and the first of them: ${protocol}`, () => {
      for (const [name, c] of [...SMALL_CASES, ['held back', HELD_BACK] as const]) {
        for (let turn = 0; turn < 3; turn++) {
          const machine = openMachine(c, protocol);
          const walker = createWalker(machine);
          const enabled = new Int32Array(machine.actors.length);
          for (let step = 0; step < 10_000; step++) {
            const moves = enabled.slice(0, machine.enabled(enabled));
            assert.equal(walker.first(), moves[0] ?? -1, `${name}, step ${step}`);
            for (let actor = 0; actor < machine.actors.length; actor++)
              assert.equal(walker.can(actor), moves.includes(actor), `${name}, step ${step}, ${machine.actors[actor]}`);
            if (moves.length === 0) break;
            walker.step(moves[(step * 7 + turn * 3) % moves.length]!);
          }
        }
      }
    });

    it(`prefers the actors by their ranks, also those that change: ${protocol}`, () => {
      for (const [name, c] of [...SMALL_CASES, ['held back', HELD_BACK] as const]) {
        for (let turn = 0; turn < 6; turn++) {
          const machine = openMachine(c, protocol);
          const { length } = machine.actors;
          const draws = new Draws(`${name} ${turn}`);
          const ranks = Int32Array.from({ length }, (_, i) => i);
          for (let i = length - 1; i > 0; i--) {
            const j = draws.below(i + 1);
            [ranks[i], ranks[j]] = [ranks[j]!, ranks[i]!];
          }
          const own = ranks.slice();
          let next = length;
          const walker = createWalker(machine, ranks);
          const enabled = new Int32Array(length);
          for (let step = 0; step < 10_000; step++) {
            const moves = [...enabled.subarray(0, machine.enabled(enabled))].sort((a, b) => own[a]! - own[b]!);
            assert.equal(walker.first(), moves[0] ?? -1, `${name}, step ${step}`);
            if (moves.length === 0) break;
            // Now and then another than the first.
            walker.step(draws.below(4) > 0 ? moves[0]! : moves[draws.below(moves.length)]!);
            if (draws.below(10) > 0) continue;
            const actor = draws.below(length);
            own[actor] = next;
            walker.setRank(actor, next++);
          }
        }
      }
    });
  }
});
