/** The whole page: the overview on the left, the open case on the right; the address says which case is open. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Summary } from '../shared/summary.ts';
import { environmentLines } from '../words/environment.ts';
import { duration, grouped } from '../words/numbers.ts';
import { CaseView } from './case-view.tsx';
import { CoverageView } from './coverage-view.tsx';
import { DefectsView } from './defects-view.tsx';
import { EnginesView } from './engines-view.tsx';
import { type Filter, isFailed, select } from './filters.ts';
import type { ReportIndex } from './format.ts';
import { Overview } from './overview.tsx';
import { type CaseNames, formatRoute, nameCases, parseRoute, type Route } from './route.ts';
import { initialTheme, rememberTheme, type Theme } from './theme.ts';
import { countFailed, TrendView } from './trend-view.tsx';

export function App({ index }: { readonly index: ReportIndex }) {
  const [route, go] = useRoute(index);
  const shown = useMemo(() => select(index.cases, route.filter), [index, route.filter]);
  const { open } = route;
  const onFilter = useCallback((filter: Filter) => go((was) => ({ ...was, filter }), true), [go]);
  const onOpen = useCallback((next: number) => go(({ filter }) => ({ filter, open: next })), [go]);
  const onSeek = useCallback((played: number) => go((was) => ({ ...was, played }), true), [go]);
  const onClose = useCallback(() => go(({ filter }) => ({ filter })), [go]);
  return (
    <div class={`page ${open === undefined ? '' : 'has-case'}`}>
      <Header index={index} />
      <Overview index={index} filter={route.filter} shown={shown} open={open} onFilter={onFilter} onOpen={onOpen} />
      <main class="detail">
        {open === undefined ? (
          <Welcome index={index} onOpen={onOpen} />
        ) : (
          <CaseView key={open} index={index} position={open} played={route.played} onSeek={onSeek} onClose={onClose} />
        )}
      </main>
    </div>
  );
}

/** The route in the address; without one the first failed case, so that the page opens on the result. */
function firstRoute(index: ReportIndex, names: CaseNames): Route {
  const route = parseRoute(location.hash, names);
  if (location.hash !== '') return route;
  const { cases, engines } = index;
  // The result of a comparison is its table.
  if (engines) return route;
  const [open] = select(cases, route.filter).filter((i) => isFailed(cases[i]!));
  return open === undefined ? route : { ...route, open };
}

/** Milliseconds. Browsers refuse an address that changes hundreds of times in a few seconds, as it would while a key is held down. */
const SETTLED = 200;

/** The route in the address. Steps and filters replace the address once they have settled, opening a case adds to the history. */
function useRoute(index: ReportIndex): [Route, (change: (was: Route) => Route, replace?: boolean) => void] {
  const [names] = useState(() => nameCases(index.cases));
  const [route, set] = useState(() => firstRoute(index, names));
  const latest = useRef(route);
  const waiting = useRef<ReturnType<typeof setTimeout>>();
  const settle = useCallback(() => {
    clearTimeout(waiting.current);
    waiting.current = undefined;
    const address = formatRoute(latest.current, names);
    if (address !== location.hash) history.replaceState(null, '', address);
  }, [names]);
  const go = useCallback(
    (change: (was: Route) => Route, replace = false) => {
      const next = change(latest.current);
      if (!replace) {
        if (waiting.current !== undefined) settle();
        history.pushState(null, '', formatRoute(next, names));
      } else if (waiting.current === undefined) {
        waiting.current = setTimeout(settle, SETTLED);
      }
      latest.current = next;
      set(next);
    },
    [names, settle],
  );
  useEffect(() => {
    const follow = () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
      latest.current = parseRoute(location.hash, names);
      set(latest.current);
    };
    addEventListener('popstate', follow);
    addEventListener('pagehide', settle);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener('pagehide', settle);
    };
  }, [names, settle]);
  return [route, go];
}

function Header({ index }: { readonly index: ReportIndex }) {
  const [theme, setTheme] = useState<Theme>(initialTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const { summary } = index;
  const bad = countFailed(summary);
  return (
    <header class="top">
      <h1>mktrouble</h1>
      <p class={bad > 0 ? 'total bad' : 'total good'}>
        {bad > 0 ? `✗ ${bad} of ${summary.cases} cases failed` : `✓ ${summary.cases} cases, none failed`}
        {summary.interrupted && <strong class="cut"> (interrupted)</strong>}
      </p>
      <p class="when">
        {new Date(index.written).toLocaleString()} · {duration(summary.duration)}
      </p>
      {index.former && <TrendView former={index.former} written={index.written} summary={summary} />}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          rememberTheme(other);
          setTheme(other);
        }}
      >
        {other === 'dark' ? '☾ dark' : '☀ light'}
      </button>
    </header>
  );
}

function Welcome({ index, onOpen }: { readonly index: ReportIndex; readonly onOpen: (position: number) => void }) {
  const { summary } = index;
  const rows = (
    [
      ['passed', summary.passed],
      ['failed', summary.failed],
      ['flaky', summary.flaky],
      ['broken', summary.errors],
      ['incomplete', summary.incomplete],
      ['skipped', summary.skipped],
    ] as const
  ).filter(([, n]) => n > 0);
  const bad = countFailed(summary);
  return (
    <section class="welcome">
      {index.engines && <EnginesView engines={index.engines} onOpen={onOpen} />}
      <h2 class={bad > 0 ? 'bad' : 'good'}>
        {bad > 0 ? `✗ ${bad} of ${summary.cases} cases failed` : nameSuccess(summary)}
      </h2>
      {rows.length > 1 && (
        <p class="counts">
          {rows.map(([name, n]) => (
            <span key={name}>
              <b>{grouped(n)}</b> {name}
            </span>
          ))}
        </p>
      )}
      {summary.known > 0 && bad === 0 && (
        <p class="counts">A case that shows the known defects that its scenario expects passes.</p>
      )}
      <DefectsView cases={index.cases} onOpen={onOpen} />
      <h2>Pick a case</h2>
      <p>
        Each case shows its task tree, its timeline step by step, and the command that replays it. Keys: <kbd>/</kbd>{' '}
        searches, <kbd>↑</kbd> <kbd>↓</kbd> walk the list, <kbd>Enter</kbd> opens; in a case <kbd>←</kbd> <kbd>→</kbd>{' '}
        step, <kbd>v</kbd> goes to the violation.
      </p>
      <ul class="environments muted">
        {environmentLines(index.environments).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {index.coverage !== undefined && <CoverageView line={index.coverage} />}
    </section>
  );
}

/** Whether every case passed, or some did not run to a result. */
function nameSuccess({ cases, passed }: Summary): string {
  return passed === cases ? `✓ All ${grouped(cases)} cases passed` : '✓ No case failed';
}
