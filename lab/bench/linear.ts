/** Whether the time of a schedule is linear in the number of tasks, with each strategy and what may cost more with it. */
import { program } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const WAYS = ['random', 'random with coverage', 'random with delays', 'random with kills', 'pct', 'pct with kills'];
/** A task of the large tree against one of the small; pct has a heap, whose logarithm is a third larger. */
const MOST = 2;

export const linear: Section = {
  name: 'linear',
  title: 'Schedules of many tasks: a task of 10,000 against one of 1,000',
  async run(smoke) {
    const [size, rounds] = smoke ? [100, 1] : [1_000, 3];
    return WAYS.map((way): Row => {
      const { small, large } = program<Record<'small' | 'large', number[]>>('linear', [way, size, rounds]);
      const [one, other] = [median(small), median(large)];
      const detail = `${(other * 1e6).toFixed(1)} µs a task against ${(one * 1e6).toFixed(1)} µs`;
      return { name: way, value: other / one, unit: 'times', limit: MOST, detail };
    });
  },
};
