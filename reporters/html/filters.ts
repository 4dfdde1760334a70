/** Which cases of an overview are shown, and in which order. Pure. */
import { VERDICTS, type VerdictName } from '../words/verdicts.ts';
import type { IndexEntry } from './format.ts';

export const ORDERS = ['failures first', 'as run', 'slowest first', 'by defect'] as const;
export type Order = (typeof ORDERS)[number];

export interface Filter {
  readonly text: string;
  readonly verdict: string;
  readonly backend: string;
  readonly protocol: string;
  readonly tag: string;
  readonly property: string;
  readonly defect: string;
  readonly state: string;
  readonly order: Order;
}

export const EVERYTHING: Filter = {
  text: '',
  verdict: '',
  backend: '',
  protocol: '',
  tag: '',
  property: '',
  defect: '',
  state: '',
  order: 'failures first',
};

export function nameVerdict(entry: IndexEntry): VerdictName {
  return entry.result === 'pass' && entry.known.length > 0 ? 'known' : entry.result;
}

/** Positions in `cases` of those that pass the filter, in its order. */
export function select(cases: readonly IndexEntry[], filter: Filter): number[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  cases.forEach((entry, i) => {
    if (passes(entry, filter) && words.every((word) => haystack(entry).includes(word))) found.push(i);
  });
  if (filter.order === 'as run') return found;
  if (filter.order === 'by defect') return groupByDefect(cases, found);
  if (filter.order === 'failures first')
    return groupByDefect(cases, found).sort((a, b) => rank(cases[a]!) - rank(cases[b]!));
  return found.sort((a, b) => cases[b]!.duration - cases[a]!.duration || a - b);
}

/** The heading of the cases of one defect that follow it. */
export interface Heading {
  readonly defect: string;
  readonly state: IndexEntry['state'];
  readonly cases: number;
  /** The first of them. */
  readonly first: number;
}

export type Item = number | Heading;

/** A heading before each run of cases of one defect, in an order that keeps them together; none where no case has a defect. */
export function addHeadings(cases: readonly IndexEntry[], shown: readonly number[], order: Order): readonly Item[] {
  const keeps = order === 'failures first' || order === 'by defect';
  if (!keeps || shown.every((i) => cases[i]!.defect === '')) return shown;
  const items: Item[] = [];
  for (let i = 0; i < shown.length; ) {
    const [first, entry] = [shown[i]!, cases[shown[i]!]!];
    let end = i + 1;
    while (end < shown.length && cases[shown[end]!]!.defect === entry.defect) end += 1;
    items.push({ defect: entry.defect, state: entry.state, cases: end - i, first }, ...shown.slice(i, end));
    i = end;
  }
  return items;
}

/** Whether a defect in this state has to be looked at. */
export function isNewState(state: IndexEntry['state']): boolean {
  return state === 'new' || state === 'fixed';
}

/** The cases of one defect. */
export interface DefectGroup {
  readonly defect: string;
  readonly state: IndexEntry['state'];
  readonly cases: number;
  /** Of these, cases that fail. */
  readonly failed: number;
  /** The first of them: of those that fail, where any does. */
  readonly first: number;
}

/** The defects of these cases: those to be looked at first, and of those the one with the most cases. */
export function listDefects(cases: readonly IndexEntry[], found: readonly number[]): DefectGroup[] {
  const groups = new Map<string, number[]>();
  for (const i of found) {
    const { defect } = cases[i]!;
    if (defect === '') continue;
    const group = groups.get(defect) ?? [];
    groups.set(defect, group);
    group.push(i);
  }
  const list = [...groups].map(([defect, members]) => {
    const failed = members.filter((i) => isFailed(cases[i]!));
    const first = failed[0] ?? members[0]!;
    return { defect, state: cases[first]!.state, cases: members.length, failed: failed.length, first };
  });
  const isOld = ({ state }: DefectGroup) => Number(!isNewState(state));
  return list.sort((a, b) => isOld(a) - isOld(b) || b.cases - a.cases || a.first - b.first);
}

/** Whether a case has a result that its reader has to look at. */
export function isFailed({ result }: IndexEntry): boolean {
  return result === 'fail' || result === 'error' || result === 'flaky';
}

/** Cases of one defect beside each other, in the order of defects; then the cases without any. */
function groupByDefect(cases: readonly IndexEntry[], found: readonly number[]): number[] {
  const order = listDefects(cases, found).map(({ defect }) => defect);
  const place = new Map([...order, ''].map((defect, i) => [defect, i]));
  return [...found].sort((a, b) => place.get(cases[a]!.defect)! - place.get(cases[b]!.defect)! || a - b);
}

function passes(entry: IndexEntry, { verdict, backend, protocol, tag, property, defect, state }: Filter): boolean {
  return (
    (verdict === '' || nameVerdict(entry) === verdict) &&
    (backend === '' || entry.backend === backend) &&
    (protocol === '' || entry.protocol === protocol) &&
    (tag === '' || entry.tags.includes(tag)) &&
    (defect === '' || entry.defect === defect) &&
    (state === '' || entry.state === state) &&
    (property === '' || entry.violated.includes(property) || entry.known.includes(property))
  );
}

/** By verdict; of the failures, those of new defects first. */
function rank(entry: IndexEntry): number {
  return VERDICTS.indexOf(nameVerdict(entry)) * 2 + (entry.state === '' || isNewState(entry.state) ? 0 : 1);
}

const haystacks = new WeakMap<IndexEntry, string>();

function haystack(entry: IndexEntry): string {
  let text = haystacks.get(entry);
  if (text === undefined) {
    const { title, file, tags, violated, known, defect, backend, project = '', protocol } = entry;
    text = [title, file, defect, ...tags, ...violated, ...known, backend, project, protocol].join('\n').toLowerCase();
    haystacks.set(entry, text);
  }
  return text;
}

/** What can be chosen from, with how many cases have it, the most frequent first. */
export function choices(
  cases: readonly IndexEntry[],
  valuesOf: (entry: IndexEntry) => readonly string[],
): [string, number][] {
  const counts = new Map<string, number>();
  for (const entry of cases)
    for (const value of new Set(valuesOf(entry))) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
