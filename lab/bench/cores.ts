/** One exhaustive search on two cores, against the same on one: from the start of the program to its end, by the clock, in turns. */

import { availableParallelism } from 'node:os';
import { grouped } from '../../reporters/words/numbers.ts';
import { nameCase, writeScenario } from './cases.ts';
import { outcomes } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const THREADS = 2;
const ROUNDS = 3;

export const cores: Section = {
  name: 'cores',
  title: 'One exhaustive search on two cores, against one',
  async run(smoke) {
    const [tasks, fault] = smoke ? ([2, 'signal'] as const) : ([3, 'signal'] as const);
    const row = { name: nameCase(tasks, fault), unit: 'times', ...(!smoke && { atLeast: 1.7 }) };
    if (availableParallelism() < THREADS)
      return [{ ...row, value: Number.NaN, detail: 'this machine has one core' } satisfies Row];
    const scenario = writeScenario(tasks, fault);
    const times: { readonly one: number; readonly two: number }[] = [];
    let states = 0;
    for (let i = 0; i < (smoke ? 1 : ROUNDS); i++) {
      const [one, two] = [outcomes(scenario, 1), outcomes(scenario, THREADS)];
      if (one.states !== two.states || one.outcomes !== two.outcomes || one.transitions !== two.transitions)
        throw new Error(`${row.name}: other states, steps or outcomes on ${THREADS} cores`);
      ({ states } = one);
      times.push({ one: one.wall, two: two.wall });
    }
    const [one, two] = [median(times.map((time) => time.one)), median(times.map((time) => time.two))];
    const detail = `${grouped(states)} states; ${one.toFixed(2)} s against ${two.toFixed(2)} s`;
    return [{ ...row, value: one / two, detail } satisfies Row];
  },
};
