/** One healthy restart of up to a million tasks. */
import { grouped } from '../../reporters/words/numbers.ts';
import { program } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const MOST = SIZES.at(-1)!;
const ROUNDS = 3;
const SECONDS = 1.5;
const MEGABYTES = 150;
/** Nanoseconds for each task of the largest against each of a tenth as many. */
const LINEAR = 1.5;

interface Restarted {
  readonly seconds: number;
  readonly wall: number;
  readonly steps: number;
  readonly memory: number;
}

export const million: Section = {
  name: 'million',
  title: 'One healthy restart of many tasks under series: processor time, tree and image made in it',
  async run(smoke) {
    const sizes = smoke ? SIZES.slice(0, 3) : SIZES;
    const rows = sizes.flatMap((tasks): Row[] => {
      const runs = Array.from({ length: ROUNDS }, () => program<Restarted>('star', [tasks]));
      const seconds = median(runs.map((run) => run.seconds));
      const { steps } = runs[0]!;
      const detail = `${((seconds / tasks) * 1e9).toFixed(0)} ns a task, ${((seconds / steps) * 1e9).toFixed(1)} ns a step; ${median(runs.map(({ wall }) => wall)).toFixed(3)} s by the clock`;
      const time = { name: `${grouped(tasks)} tasks`, value: seconds, unit: 's', detail };
      if (tasks < MOST) return [time];
      const memory = Math.max(...runs.map((run) => run.memory));
      return [
        { ...time, limit: SECONDS },
        { name: `${time.name}: memory`, value: memory, unit: 'MB', limit: MEGABYTES },
      ];
    });
    const times = rows.filter(({ unit }) => unit === 's').map(({ value }) => value);
    const growth = times.at(-1)! / times.at(-2)! / 10;
    return [
      ...rows,
      { name: 'a task of the largest against one of a tenth', value: growth, unit: 'times', limit: LINEAR },
    ];
  },
};
