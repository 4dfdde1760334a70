/** The processor time of schedules of one strategy for each task of a star, at a size and at ten times that size, in turns. */
import { simulated } from '../../../src/backends/simulated/index.ts';
import { sample } from '../../../src/explore/sample.ts';
import { parseScenarios } from '../../../src/scenario/load.ts';

const [way = 'random', size = '1000', rounds = '3'] = process.argv.slice(2);
const [strategy = 'random', addition] = way.split(' with ') as ['random' | 'pct', string | undefined];

function measure(tasks: number): number {
  const fault = {
    delays: `faults: [{ delay: [100, 101, 102], when: any }]\n`,
    kills: `faults: [{ kill: 100, when: { coordinator: wait } }]\n`,
  }[addition ?? ''];
  const text = `scenario: a star\ntree: { generate: { shape: star, tasks: ${tasks} } }\n${fault ?? ''}`;
  const [c] = parseScenarios(text, 'star.yaml', {}).cases;
  const before = process.cpuUsage();
  const plan = { case: c!, protocol: 'series', seed: '0', maxSteps: 100_000_000 };
  const machine = simulated().open(plan, { coverage: addition === 'coverage' });
  const schedules = Math.max(1, Math.round(20_000 / tasks));
  sample(machine, { strategy, schedules, seed: '0', depth: 3, maxSteps: plan.maxSteps });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / schedules / tasks;
}

const small: number[] = [];
const large: number[] = [];
measure(Number(size));
for (let i = 0; i < Number(rounds); i++) {
  small.push(measure(Number(size)));
  large.push(measure(10 * Number(size)));
}
console.log(JSON.stringify({ small, large }));
