/** Drives the compiled machine and the interpreter step by step, and reports where they differ. */
import { Interpreter } from '../../../../src/backends/simulated/interpret.ts';
import { OOPS, OOPS_AT, PC } from '../../../../src/backends/simulated/kernel/layout.ts';
import type { SimulatedMachine } from '../../../../src/backends/simulated/machine.ts';
import { openMachine } from '../../../../src/backends/simulated/open.ts';
import type { Case } from '../../../../src/model/case.ts';
import { FRAME } from '../../../../src/protocol/checkpoint_types.ts';
import { protocolOf } from './machines.ts';

/** Which of the enabled actors moves. */
export type Choose = (enabled: readonly number[], step: number) => number;

/** Runs the case on both with the same choices; the first difference, or undefined. */
export function firstDifference(c: Case, protocol: string, choose: Choose, maxSteps = 5_000): string | undefined {
  const variant = protocolOf(protocol);
  const compiled = openMachine(c, variant);
  const plain = new Interpreter(c, variant, compiled.world.taskWords);
  const out = new Int32Array(compiled.actors.length);
  for (let step = 0; step < maxSteps; step++) {
    const enabled = [...out.subarray(0, compiled.enabled(out))];
    const also = plain.enabled();
    const where = `${protocol}, step ${step}`;
    if (enabled.join() !== also.join()) return `${where}: compiled may move ${enabled}, plain ${also}`;
    const apart = differentWord(compiled, plain) ?? differentTouch(compiled, plain);
    if (apart !== undefined) return `${where}: ${apart}`;
    if (enabled.length === 0) return undefined;
    const actor = choose(enabled, step);
    compiled.step(actor);
    plain.step(actor);
  }
  return undefined;
}

/** The first word that is not the same, but for program counters and frames, which only the compiler has. */
function differentWord(compiled: SimulatedMachine, plain: Interpreter): string | undefined {
  const { firstTask, firstFault, taskWords } = compiled.world;
  if (compiled.state.length !== plain.state.length) return 'memories of different length';
  for (let i = 0; i < compiled.state.length; i++) {
    if (compiled.state[i] === plain.state[i] || i === OOPS_AT) continue;
    const field = (i - firstTask) % taskWords;
    if (i >= firstTask && i < firstFault && (field === PC || field >= FRAME)) continue;
    return `word ${i} is ${compiled.state[i]} compiled, ${plain.state[i]} plain`;
  }
  return undefined;
}

/** Whether both name the same next access for each task. */
function differentTouch({ compiled, state, world }: SimulatedMachine, plain: Interpreter): string | undefined {
  if (state[OOPS] !== 0) return undefined;
  for (let i = 0; i < world.nrTasks; i++) {
    const task = world.firstTask + i * world.taskWords;
    const pc = state[task + PC]!;
    const touch = plain.touch(i);
    if (pc === 0 && !touch) continue;
    if (pc === 0 || !touch) return `task ${i} has ended ${pc === 0 ? 'compiled' : 'plain'} only`;
    const here = [compiled.touches[pc]!(state, world, task), compiled.fieldOffsets[pc], compiled.modes[pc]];
    const there = [touch.at, touch.field, touch.mode];
    if (here.join() !== there.join()) return `task ${i} at ${compiled.labels[pc]} touches ${here}, plain ${there}`;
  }
  return undefined;
}
