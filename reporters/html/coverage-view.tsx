/** The coverage of each protocol: its functions and steps in the order of the program, unreached steps marked. */
import { useEffect, useState } from 'preact/hooks';
import { COORDINATOR_POINTS, type CoordinatorPoint, TASK_POINTS, type TaskPoint } from '../../src/model/points.ts';
import { byFunction, type CoverageReport, type CoverageSum, type Reached, share } from '../shared/coverage.ts';
import { count } from '../words/numbers.ts';
import { readCoverage } from './data.ts';

export function CoverageView({ line }: { readonly line: number }) {
  const [coverage, setCoverage] = useState<CoverageReport>();
  useEffect(() => {
    let current = true;
    readCoverage(line).then(
      (read) => current && setCoverage(read),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [line]);
  return coverage ? <Coverage coverage={coverage} /> : null;
}

function Coverage({ coverage }: { readonly coverage: CoverageReport }) {
  const protocols = Object.entries(coverage).sort((a, b) => b[1].cases - a[1].cases);
  const [chosen, choose] = useState(protocols[0]?.[0]);
  const [missing, onlyMissing] = useState(false);
  const sum = chosen === undefined ? undefined : coverage[chosen];
  if (!sum) return null;
  return (
    <section class="coverage">
      <h2>What of the protocol was reached</h2>
      <p class="choice">
        <label>
          protocol{' '}
          <select name="covered" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
            {protocols.map(([name, { cases }]) => (
              <option key={name} value={name}>{`${name} (${cases})`}</option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            name="missing"
            checked={missing}
            onChange={(event) => onlyMissing(event.currentTarget.checked)}
          />{' '}
          only unreached steps
        </label>
      </p>
      <p class="shares">
        points {share(sum.points)} · steps {share(sum.steps)} · branches {share(sum.branches)}
      </p>
      <h3>Points</h3>
      <ol class="points">
        {entries(sum.points, missing).map(([name, cases]) => (
          <li key={name} class={cases > 0 ? 'reached' : 'never'}>
            <Sign cases={cases} /> <b>{name}</b> <span class="about">{aboutPoint(name)}</span>{' '}
            <Count cases={cases} of={sum.cases} />
          </li>
        ))}
      </ol>
      <h3>Steps</h3>
      <Functions sum={sum} missing={missing} />
    </section>
  );
}

function Functions({ sum, missing }: { readonly sum: CoverageSum; readonly missing: boolean }) {
  const functions = [...byFunction(sum.steps)].filter(
    ([, steps]) => !missing || steps.some(({ cases }) => cases === 0),
  );
  const branches = branchesByFunction(sum.branches);
  return (
    <ol class="functions">
      {functions.map(([name, steps]) => (
        <li key={name}>
          <h4>
            <code>{name}</code>
          </h4>
          <ol>
            {steps
              .filter(({ cases }) => !missing || cases === 0)
              .map(({ step, cases }) => (
                <li key={step} class={cases > 0 ? 'reached' : 'never'}>
                  <Sign cases={cases} /> <code>{step}</code> <Count cases={cases} of={sum.cases} />
                </li>
              ))}
          </ol>
          <Branches branches={branches.get(name) ?? []} />
        </li>
      ))}
    </ol>
  );
}

/** The branches that no run has taken; they are many, and no single suite can take most of them. */
function Branches({ branches }: { readonly branches: readonly (readonly [string, number])[] }) {
  const gone = branches.filter(([, cases]) => cases > 0).length;
  const never = branches.filter(([, cases]) => cases === 0);
  if (branches.length === 0) return null;
  return (
    <details>
      <summary>
        {gone} of {branches.length} ways on were gone
      </summary>
      <ul>
        {never.map(([name]) => (
          <li key={name} class="never">
            ○ <code>{name}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}

function branchesByFunction(branches: Reached): Map<string, [string, number][]> {
  const found = new Map<string, [string, number][]>();
  for (const [name, cases] of Object.entries(branches)) {
    const of = name.slice(0, name.indexOf(':'));
    found.set(of, [...(found.get(of) ?? []), [name, cases]]);
  }
  return found;
}

function entries(reached: Reached, missing: boolean): [string, number][] {
  return Object.entries(reached).filter(([, cases]) => !missing || cases === 0);
}

function Sign({ cases }: { readonly cases: number }) {
  return <span class="sign">{cases > 0 ? '✓' : '○'}</span>;
}

function Count({ cases, of }: { readonly cases: number; readonly of: number }) {
  if (cases === 0) return <span class="count bad">never</span>;
  return <span class="count">{cases === of ? 'every case' : count(cases, 'case')}</span>;
}

function aboutPoint(name: string): string {
  return COORDINATOR_POINTS[name as CoordinatorPoint] ?? TASK_POINTS[name as TaskPoint] ?? '';
}
