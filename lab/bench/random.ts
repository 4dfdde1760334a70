/** Random schedules for each second of processor time, against fast-check's scheduler on the same steps. */
import { grouped } from '../../reporters/words/numbers.ts';
import { program } from './child.ts';
import { median, type Row, type Section } from './row.ts';

interface Round {
  readonly ratio: number;
  /** Schedules a second. */
  readonly ours: number;
  readonly theirs: number;
  /** Steps of a schedule, on average. */
  readonly steps: number;
  readonly theirSteps: number;
}

export const random: Section = {
  name: 'random',
  title: 'Random schedules under series, against fast-check’s scheduler on the same steps',
  async run(smoke) {
    return (smoke ? [4] : [4, 8, 16]).map((tasks): Row => {
      const rounds = program<Round[]>('random', smoke ? [tasks, 1, 0.5] : [tasks, 7, 1]);
      const of = (what: (round: Round) => number): number => median(rounds.map(what));
      const rate = (what: (round: Round) => number): string => grouped(Math.round(of(what)));
      const steps = `${of((round) => round.steps).toFixed(0)} and ${of((round) => round.theirSteps).toFixed(0)} steps each`;
      return {
        name: `${tasks} tasks`,
        value: of(({ ratio }) => ratio),
        unit: 'times',
        atLeast: 100,
        detail: `${rate(({ ours }) => ours)} schedules a second against ${rate(({ theirs }) => theirs)}, ${steps}`,
      };
    });
  },
};
