/** Counts what a case can reach without any reduction: all states, and those that differ in what moves a run and not only in what judges it. */
import { simulated } from '../../../src/backends/simulated/index.ts';
import * as L from '../../../src/backends/simulated/kernel/layout.ts';
import type { SimulatedMachine } from '../../../src/backends/simulated/machine.ts';
import { Fingerprint, FingerprintSet } from '../../../src/explore/fingerprint.ts';
import * as P from '../../../src/protocol/checkpoint_types.ts';
import { parseScenarios } from '../../../src/scenario/load.ts';

const [text = ''] = process.argv.slice(2);
const { cases, diagnostics } = parseScenarios(text, 'case.yaml', {});
if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
const c = cases[0]!;
const machine = simulated().open({
  case: c,
  protocol: c.restart.protocol,
  seed: '',
  maxSteps: Number.POSITIVE_INFINITY,
}) as SimulatedMachine;
const { state, world } = machine;
const words = state.length;

/** What only judges a run is taken out: src/protocol/trace.ts, and the point of the protocol at which a task is. */
function withoutHistory(all: Int32Array): void {
  all[P.SEEN] = 0;
  all[P.RESTORING_NOW] = 0;
  for (let i = 0; i < world.nrTasks; i++) {
    const task = machine.taskOf(i);
    all[task + L.FLAGS]! &= ~(P.BEGUN | P.BEGUN_LATE | P.THROUGH);
    all[task + L.POINT] = 0;
  }
}

const states = new FingerprintSet();
const moving = new FingerprintSet();
const print = new Fingerprint();
const copy = new Int32Array(words);
let stack = new Int32Array(words << 10);
let height = 0;

function reach(): void {
  print.of(state);
  const before = states.size;
  if (states.numberOf(print.high, print.low) < before) return;
  copy.set(state);
  withoutHistory(copy);
  print.of(copy);
  moving.numberOf(print.high, print.low);
  if ((height + 1) * words > stack.length) {
    const more = new Int32Array(stack.length * 2);
    more.set(stack);
    stack = more;
  }
  stack.set(state, words * height++);
}

machine.reset();
reach();
const enabled = new Int32Array(machine.actors.length);
const from = new Int32Array(words);
while (height > 0) {
  height--;
  from.set(stack.subarray(height * words, (height + 1) * words));
  state.set(from);
  const moves = enabled.slice(0, machine.enabled(enabled));
  for (const actor of moves) {
    state.set(from);
    machine.step(actor);
    reach();
  }
}
console.log(JSON.stringify({ states: states.size, moving: moving.size }));
