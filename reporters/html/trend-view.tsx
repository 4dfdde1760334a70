/** The trend: a bar for each of the last runs, this one last; the lower part is what failed. */
import type { Summary } from '../shared/summary.ts';
import type { FormerRun } from '../shared/trend.ts';

interface Props {
  readonly former: readonly FormerRun[];
  readonly written: string;
  readonly summary: Summary;
}

/** Pixels. */
const HEIGHT = 24;
const WIDTH = 6;

export function TrendView({ former, written, summary }: Props) {
  const own: FormerRun = { time: written, cases: summary.cases, failed: countFailed(summary) };
  const runs = [...former, own];
  const most = Math.max(1, ...runs.map(({ cases }) => cases));
  return (
    <svg
      class="trend"
      role="img"
      aria-label={`failed cases of the last ${runs.length} runs: ${runs.map(({ failed }) => failed).join(', ')}`}
      width={runs.length * WIDTH}
      height={HEIGHT}
    >
      {runs.map((run, i) => {
        const whole = toHeight(run.cases, most);
        const failed = toHeight(run.failed, most);
        return (
          <g key={run.time}>
            <title>{`${new Date(run.time).toLocaleString()}: ${run.failed} of ${run.cases} cases failed`}</title>
            <rect class="good" x={i * WIDTH} y={HEIGHT - whole} width={WIDTH - 1} height={whole} />
            <rect class="bad" x={i * WIDTH} y={HEIGHT - failed} width={WIDTH - 1} height={failed} />
          </g>
        );
      })}
    </svg>
  );
}

/** Cases that failed, were flaky or broke. */
export function countFailed({ failed, flaky, errors }: Pick<Summary, 'failed' | 'flaky' | 'errors'>): number {
  return failed + flaky + errors;
}

/** One failed case of a thousand is seen, too. */
function toHeight(cases: number, most: number): number {
  return cases === 0 ? 0 : Math.max(2, Math.round((HEIGHT * cases) / most));
}
