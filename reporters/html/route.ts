/** What is shown, as the part of the address after `#`: a link to a case at a step can be sent, and going back works. */
import { EVERYTHING, type Filter } from './filters.ts';
import type { IndexEntry } from './format.ts';

export interface Route {
  readonly filter: Filter;
  /** Position of the open case in the report. */
  readonly open?: number;
  /** How many steps of its record have been played; undefined: up to the violation. */
  readonly played?: number;
}

/** The cases of a report by names that do not depend on their places in it: a link holds in each report that has the case. */
export interface CaseNames {
  readonly names: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

/** `file#title on backend, protocol`; further cases with the same name are numbered. */
export function nameCases(cases: readonly IndexEntry[]): CaseNames {
  const positions = new Map<string, number>();
  const names = cases.map(({ file, title, backend, project = backend, protocol }, i) => {
    const plain = `${file}#${title} on ${[project, protocol].filter((word) => word !== '').join(', ')}`;
    let name = plain;
    for (let nr = 2; positions.has(name); nr++) name = `${plain} (${nr})`;
    positions.set(name, i);
    return name;
  });
  return { names, positions };
}

const KEYS = Object.keys(EVERYTHING) as (keyof Filter)[];

/** A case is named; a number is its place in this report. */
export function parseRoute(hash: string, { names, positions }: CaseNames): Route {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const filter = Object.fromEntries(KEYS.map((key) => [key, words.get(key) ?? EVERYTHING[key]])) as unknown as Filter;
  const number = (key: string): number | undefined => {
    const text = words.get(key);
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const place = number('case');
  const open = positions.get(words.get('case') ?? '') ?? (names[place ?? -1] === undefined ? undefined : place);
  const played = number('step');
  return { filter, ...(open !== undefined && { open }), ...(played !== undefined && { played }) };
}

export function formatRoute({ filter, open, played }: Route, { names }: CaseNames): string {
  const words = new URLSearchParams();
  for (const key of KEYS) if (filter[key] !== EVERYTHING[key]) words.set(key, filter[key]);
  const name = open === undefined ? undefined : names[open];
  if (name !== undefined) words.set('case', name);
  if (name !== undefined && played !== undefined) words.set('step', String(played));
  return `#${words}`;
}
