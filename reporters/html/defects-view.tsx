/** The findings of the run by defect: what has to be looked at first, how many cases show it, and a way to one of them. */

import { useMemo, useState } from 'preact/hooks';
import { count, grouped } from '../words/numbers.ts';
import { type DefectGroup, isNewState, listDefects } from './filters.ts';
import type { IndexEntry } from './format.ts';

/** Rows that are shown before a reader asks for all. */
const ROWS = 50;

interface Props {
  readonly cases: readonly IndexEntry[];
  readonly onOpen: (position: number) => void;
}

export function DefectsView({ cases, onOpen }: Props) {
  const [all, setAll] = useState(false);
  const defects = useMemo(() => listDefects(cases, [...cases.keys()]), [cases]);
  if (defects.length === 0) return null;
  const fresh = defects.filter(({ state }) => isNewState(state)).length;
  const shown = all ? defects : defects.slice(0, ROWS);
  return (
    <section class="defects">
      <h2>Defects found</h2>
      <p class="muted">
        {fresh > 0 ? `${count(fresh, 'new defect')}, ` : 'No new defect, '}
        {count(defects.length - fresh, 'known one')}. Cases that show the same defect are one row; a click opens its
        first case.
      </p>
      <ol>
        {shown.map((defect) => (
          <li key={defect.defect}>
            <button type="button" class={isNewState(defect.state) ? 'fresh' : ''} onClick={() => onOpen(defect.first)}>
              <span class="state">{defect.state}</span>
              <b>{defect.defect}</b>
              <span class="cases">{describeCases(defect)}</span>
            </button>
          </li>
        ))}
      </ol>
      {shown.length < defects.length && (
        <button type="button" onClick={() => setAll(true)}>
          show all {grouped(defects.length)}
        </button>
      )}
    </section>
  );
}

/** `12 cases`, `12 cases, 3 failed`: what a scenario expects does not fail. */
function describeCases({ cases, failed }: DefectGroup): string {
  return failed === 0 || failed === cases ? count(cases, 'case') : `${count(cases, 'case')}, ${grouped(failed)} failed`;
}
