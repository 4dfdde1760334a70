/** Races of the published series that need no fault: after how many schedules pct shows each, and after how many random ones. */

import path from 'node:path';
import { grouped } from '../../reporters/words/numbers.ts';
import { program } from './child.ts';
import { median, type Row, type Section } from './row.ts';

const FINDINGS = path.resolve(import.meta.dirname, '../../docs/findings');
const MOST = 1000;

interface Answer {
  readonly name: string;
  readonly property: string;
  /** By seed: the first schedule that shows it, from 1; 0: none did. */
  readonly pct: readonly number[];
  readonly random: readonly number[];
}

export const races: Section = {
  name: 'races',
  title: 'Races that need no fault: schedules until pct (depth 3) shows them, the worst of the seeds',
  async run(smoke) {
    const [sizes, seeds, atRandom] = smoke ? ['1,2', 2, 200] : ['1,2,3', 10, 20_000];
    return program<Answer[]>('races', [FINDINGS, sizes, seeds, MOST, atRandom]).map(
      ({ name, property, pct, random }): Row => {
        const worst = pct.includes(0) ? Number.POSITIVE_INFINITY : Math.max(...pct);
        const missed = random.filter((first) => first === 0).length;
        const byChance =
          missed === 0
            ? `random: median ${median(random)}, worst ${Math.max(...random)}`
            : `random: none in ${grouped(atRandom)} for ${missed} of ${seeds} seeds`;
        return {
          name: `${name}: ${property}`,
          value: worst,
          unit: 'schedules',
          limit: MOST,
          detail: `median ${median(pct)} of ${seeds} seeds; ${byChance}`,
        };
      },
    );
  },
};
