/** One healthy restart of a star: how long it takes, and how much memory the process had at most. */
import { performance } from 'node:perf_hooks';
import { compiledBuild } from '../../../src/backends/simulated/compile/compile.ts';
import { FirstRun } from '../../../src/backends/simulated/first-run.ts';
import { LIFE, RESULT, STATE, USER } from '../../../src/backends/simulated/kernel/layout.ts';
import { RECORD } from '../../../src/protocol/checkpoint_types.ts';
import { protocolNamed } from '../../../src/protocol/stacks.ts';
import { buildStar } from '../star.ts';

const [tasks = '1', protocol = 'series'] = process.argv.slice(2);
const compiled = compiledBuild({ protocol: protocolNamed(protocol)!, debug: false, trace: false });
const cpu = process.cpuUsage();
const began = performance.now();
const { memory, world } = buildStar(Number(tasks), compiled.taskWords);
const steps = new FirstRun(memory, world, compiled).run();
const wall = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
for (let i = 0; i < world.nrTasks; i++) {
  const task = world.firstTask + i * world.taskWords;
  const isRight =
    memory[task + STATE] === USER &&
    memory[task + RESULT] === (i === 0 ? 0 : world.retval[i - 1]) &&
    memory[task + RECORD] === i;
  if (!isRight) throw new Error(`task number ${i} is not restored`);
}
if (memory[world.ctx + LIFE] !== 2) throw new Error('the context is not freed');
const seconds = (user + system) / 1e6;
console.log(JSON.stringify({ seconds, wall: wall / 1000, steps, memory: process.resourceUsage().maxRSS / 1024 }));
