/**
 * Random schedules of one protocol, by us and by fast-check's scheduler: the same generators (the model's source, as
 * interpret.ts runs it), in which each step of a task is an awaited task of the scheduler. In turns, so that what slows one
 * slows the other; in processor time.
 */
import fc, { type Scheduler } from 'fast-check';
import { asWritten } from '../../../src/backends/simulated/compile/as-written.ts';
import { simulated } from '../../../src/backends/simulated/index.ts';
import { ACQUIRE, ACQUIRE_READ } from '../../../src/backends/simulated/kernel/access.ts';
import { DEAD, PREPARED, STATE, USER } from '../../../src/backends/simulated/kernel/layout.ts';
import { use } from '../../../src/backends/simulated/kernel/memory.ts';
import { setUp } from '../../../src/backends/simulated/world.ts';
import { Schedules } from '../../../src/explore/sample.ts';
import { FRAME } from '../../../src/protocol/checkpoint_types.ts';
import { protocolNamed } from '../../../src/protocol/stacks.ts';
import { parseScenarios } from '../../../src/scenario/load.ts';

const [tasks = '4', rounds = '5', seconds = '1'] = process.argv.slice(2);
const PROTOCOL = 'series';
const MAX_STEPS = 1_000_000;
const text = `scenario: a star\ntree: { generate: { shape: star, tasks: ${tasks} } }\nrestart: { protocol: ${PROTOCOL} }\n`;
const c = parseScenarios(text, 'star.yaml', {}).cases[0]!;

/** Runs of one side within some processor time. */
interface Rate {
  readonly runs: number;
  readonly steps: number;
  readonly seconds: number;
}

async function measure(run: (runs: number) => Promise<number>, atOnce: number): Promise<Rate> {
  const before = process.cpuUsage();
  let runs = 0;
  let steps = 0;
  for (;;) {
    steps += await run(atOnce);
    runs += atOnce;
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1e6 >= Number(seconds)) return { runs, steps, seconds: (user + system) / 1e6 };
  }
}

/* ---- ours ---- */

const machine = simulated().open({ case: c, protocol: PROTOCOL, seed: '', maxSteps: MAX_STEPS });
const schedules = new Schedules(machine, { strategy: 'random', seed: 'bench', depth: 1, maxSteps: MAX_STEPS });
let next = 0;

async function ours(runs: number): Promise<number> {
  let steps = 0;
  for (let i = 0; i < runs; i++) {
    const { length, isCut } = schedules.run(next++);
    if (isCut) throw new Error('a run was cut');
    steps += length;
  }
  return steps;
}

/* ---- fast-check ---- */

const taskMain = asWritten(protocolNamed(PROTOCOL)!);
const { world, memory } = setUp(c, FRAME);
const start = memory.slice();
const asleep = new Map<number, () => void>();
const ready = Promise.resolve();

function wake(task: number): void {
  const goOn = asleep.get(task);
  asleep.delete(task);
  goOn?.();
}

/** A task's program: sleeps until it is woken, and else lets the scheduler decide when it does its next step. */
async function live(scheduler: Scheduler, task: number, count: () => void): Promise<void> {
  const program = taskMain(task);
  for (;;) {
    const { value } = program.next();
    if (!value || value.mode < 0) return;
    const { at, field, mode } = value;
    do {
      while (memory[task + STATE]! > PREPARED) {
        await new Promise<void>((resolve) => {
          asleep.set(task, resolve);
        });
      }
      await scheduler.schedule(ready);
    } while ((mode === ACQUIRE && memory[at + field] !== 0) || (mode === ACQUIRE_READ && memory[at + field]! < 0));
    count();
  }
}

async function theirs(runs: number): Promise<number> {
  let steps = 0;
  const count = (): void => {
    steps++;
  };
  const run = async (scheduler: Scheduler): Promise<void> => {
    memory.set(start);
    asleep.clear();
    use(memory, world, null, wake);
    const pointers = Array.from({ length: world.nrTasks }, (_, i) => world.firstTask + i * world.taskWords);
    for (const task of pointers) void live(scheduler, task, count);
    await scheduler.waitIdle();
    for (const task of pointers) {
      const state = memory[task + STATE];
      if (state !== USER && state !== DEAD) throw new Error('a task did not end');
    }
  };
  await fc.assert(fc.asyncProperty(fc.scheduler(), run), { numRuns: runs });
  return steps;
}

const ratios = [];
for (let round = 0; round <= Number(rounds); round++) {
  const a = await measure(ours, 200);
  const b = await measure(theirs, 20);
  /* the first is to warm up */
  if (round === 0) continue;
  ratios.push({
    ratio: a.runs / a.seconds / (b.runs / b.seconds),
    ours: a.runs / a.seconds,
    theirs: b.runs / b.seconds,
    steps: a.steps / a.runs,
    theirSteps: b.steps / b.runs,
  });
}
console.log(JSON.stringify(ratios));
