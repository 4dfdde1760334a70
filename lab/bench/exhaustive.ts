/** Every interleaving of small trees at the step size of the protocol, by `mktrouble outcomes` from start to end. */
import { grouped } from '../../reporters/words/numbers.ts';
import { type FaultOfCase, nameCase, writeScenario } from './cases.ts';
import { outcomes } from './child.ts';
import type { Row, Section } from './row.ts';

/** Megabytes. */
const MEMORY = 1000;

/** Tasks, fault, seconds at most; the first two are for `--smoke`. */
const CASES: readonly (readonly [number, FaultOfCase, number])[] = [
  [3, 'none', 1],
  [2, 'signal', 1],
  [4, 'none', 30],
  [3, 'signal', 60],
  [3, 'kill', 60],
];

export const exhaustive: Section = {
  name: 'exhaustive',
  title: 'Exhaustive search under series, from the start of the program to its end',
  async run(smoke) {
    return CASES.slice(0, smoke ? 2 : CASES.length).flatMap(([tasks, fault, limit]): Row[] => {
      const name = nameCase(tasks, fault);
      const found = outcomes(writeScenario(tasks, fault));
      if (!found.complete) throw new Error(`${name}: the search was not complete`);
      const { states, transitions } = found;
      return [
        {
          name,
          value: found.cpu,
          unit: 's',
          limit,
          detail: `${grouped(states)} states, ${grouped(transitions)} steps, ${found.outcomes} outcomes; ${found.wall.toFixed(2)} s by the clock`,
        },
        { name: `${name}: memory`, value: found.memory, unit: 'MB', limit: MEMORY },
      ];
    });
  },
};
