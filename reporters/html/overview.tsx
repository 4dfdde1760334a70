/** The list of cases with its filters. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { count, duration, grouped } from '../words/numbers.ts';
import { VERDICT_NAMES, VERDICTS, verdictSign } from '../words/verdicts.ts';
import {
  addHeadings,
  choices,
  EVERYTHING,
  type Filter,
  type Heading,
  isNewState,
  nameVerdict,
  ORDERS,
} from './filters.ts';
import type { IndexEntry, ReportIndex } from './format.ts';
import { VirtualList } from './virtual-list.tsx';

interface Props {
  readonly index: ReportIndex;
  readonly filter: Filter;
  readonly shown: readonly number[];
  readonly open: number | undefined;
  readonly onFilter: (filter: Filter) => void;
  readonly onOpen: (position: number) => void;
}

/** Pixels of a row, and of each line that long matrix values need below the title. */
const ROW = 58;
const LINE = 18;
/** Characters of matrix values that fit beside a title, and in a line of their own. */
const BESIDE = 30;
const IN_A_LINE = 38;
const LINES_AT_MOST = 4;

export function Overview({ index, filter, shown, open, onFilter, onOpen }: Props) {
  const { cases } = index;
  const severalProtocols = useMemo(() => new Set(cases.map((c) => c.protocol)).size > 1, [cases]);
  const slowest = useMemo(() => cases.reduce((most, c) => Math.max(most, c.duration), 1), [cases]);
  const items = useMemo(() => addHeadings(cases, shown, filter.order), [cases, shown, filter.order]);
  return (
    <nav class="overview" aria-label="cases">
      <search>
        <Filters cases={cases} filter={filter} onFilter={onFilter} />
      </search>
      <p class="found" role="status">
        {grouped(shown.length)} of {grouped(cases.length)} cases
        {filter !== EVERYTHING && shown.length < cases.length && (
          <button type="button" class="quiet" onClick={() => onFilter(EVERYTHING)}>
            show all
          </button>
        )}
      </p>
      <VirtualList
        label="cases"
        items={items}
        keyOf={(item) => (typeof item === 'number' ? item : `defect-${item.first}`)}
        heightOf={(item) => ROW + (typeof item === 'number' ? linesOfValues(cases[item]!) * LINE : 0)}
        chosen={open}
        onChoose={(item) => onOpen(typeof item === 'number' ? item : item.first)}
        row={(item) =>
          typeof item === 'number' ? (
            <CaseRow entry={cases[item]!} slowest={slowest} protocol={severalProtocols} />
          ) : (
            <DefectRow heading={item} />
          )
        }
      />
    </nav>
  );
}

function DefectRow({ heading: { defect, state, cases } }: { readonly heading: Heading }) {
  const isDefect = defect !== '';
  return (
    <div class={`defect ${isNewState(state) ? 'fresh' : ''}`} title={defect}>
      <span>
        {isDefect && `${state} defect · `}
        {count(cases, 'case')}
      </span>
      <b>{isDefect ? defect : 'No defect'}</b>
    </div>
  );
}

interface RowProps {
  readonly entry: IndexEntry;
  readonly slowest: number;
  /** Whether the protocol is worth a word. */
  readonly protocol: boolean;
}

function CaseRow({ entry, slowest, protocol }: RowProps) {
  const verdict = nameVerdict(entry);
  const properties = verdict === 'known' ? entry.known : entry.violated;
  return (
    <div class={`row ${verdict}`}>
      <span class="sign" role="img" aria-label={VERDICT_NAMES[verdict]}>
        {verdictSign(verdict)}
      </span>
      <Title entry={entry} />
      <span class="time" title={`${entry.duration} ms`}>
        {duration(entry.duration)}
        <i style={{ width: `${Math.max(2, Math.round((40 * Math.log1p(entry.duration)) / Math.log1p(slowest)))}px` }} />
      </span>
      <span class="under">
        {shortFile(entry.file)}
        {protocol && entry.protocol !== '' && ` · ${entry.protocol}`}
        {entry.backend !== 'simulated' && entry.backend !== '' && ` · ${entry.backend}`}
        {entry.project !== undefined && ` · ${entry.project}`} {properties.length > 0 && <b>{properties.join(', ')}</b>}
      </span>
    </div>
  );
}

/** Lines of their own that the matrix values of a case need; values are never cut. */
function linesOfValues({ values }: IndexEntry): number {
  return values.length <= BESIDE ? 0 : Math.min(LINES_AT_MOST, Math.ceil(values.length / IN_A_LINE));
}

/** The name is cut before the matrix values, which distinguish the cases of one scenario. */
function Title({ entry }: { readonly entry: IndexEntry }) {
  const { title, values } = entry;
  const below = linesOfValues(entry) > 0;
  return (
    <>
      <span class="title" title={title}>
        <span>{title.slice(0, title.length - values.length)}</span>
        {values !== '' && !below && <span class="tail">{values}</span>}
      </span>
      {below && <span class="values">{values.trim()}</span>}
    </>
  );
}

function shortFile(file: string): string {
  return file.split('/').slice(-2).join('/');
}

interface FiltersProps {
  readonly cases: readonly IndexEntry[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

const SELECTS = ['backend', 'protocol', 'tag', 'property', 'defect', 'state'] as const;

function Filters({ cases, filter, onFilter }: FiltersProps) {
  const search = useRef<HTMLInputElement>(null);
  const offers = useMemo(
    () => ({
      backend: choices(cases, (c) => [c.backend]),
      protocol: choices(cases, (c) => [c.protocol]),
      tag: choices(cases, (c) => c.tags),
      property: choices(cases, (c) => [...c.violated, ...c.known]),
      defect: choices(cases, (c) => [c.defect]),
      state: choices(cases, (c) => [c.state]),
    }),
    [cases],
  );
  const counts = useMemo(() => new Map(choices(cases, (c) => [nameVerdict(c)])), [cases]);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const set = (change: Partial<Filter>) => onFilter({ ...filter, ...change });
  const isSet = SELECTS.some((key) => filter[key] !== '');
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <input
        ref={search}
        type="search"
        placeholder="Search titles, files, tags, properties ( / )"
        aria-label="search"
        value={filter.text}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      <fieldset class="verdicts">
        <legend class="hidden">verdict</legend>
        {VERDICTS.filter((name) => counts.has(name)).map((name) => (
          <button
            type="button"
            key={name}
            class={`chip ${name}`}
            aria-pressed={filter.verdict === name}
            onClick={() => set({ verdict: filter.verdict === name ? '' : name })}
          >
            <span aria-hidden="true">{verdictSign(name)}</span> {grouped(counts.get(name)!)} {VERDICT_NAMES[name]}
          </button>
        ))}
      </fieldset>
      <details open={isSet}>
        <summary>{isSet ? 'Filters (one is set)' : 'Filters and order'}</summary>
        <div class="selects">
          {SELECTS.filter(
            (key) => offers[key].length > 1 || (key !== 'backend' && key !== 'protocol' && offers[key].length > 0),
          ).map((key) => (
            <label key={key}>
              {key}
              <select name={key} value={filter[key]} onChange={(event) => set({ [key]: event.currentTarget.value })}>
                <option value="">any</option>
                {offers[key].map(([value, n]) => (
                  <option key={value} value={value}>
                    {`${value} (${n})`}
                  </option>
                ))}
              </select>
            </label>
          ))}
          <label>
            order
            <select
              name="order"
              value={filter.order}
              onChange={(event) => set({ order: event.currentTarget.value as Filter['order'] })}
            >
              {ORDERS.map((order) => (
                <option key={order}>{order}</option>
              ))}
            </select>
          </label>
        </div>
      </details>
    </form>
  );
}
