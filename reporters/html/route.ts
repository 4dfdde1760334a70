/** What is shown, as the part of the address after `#`: a link to a case at a step can be sent, and going back works. */
import { EVERYTHING, type Filter } from './filters.ts';

export interface Route {
  readonly filter: Filter;
  /** Position of the open case in the report. */
  readonly open?: number;
  /** How many steps of its record have been played; undefined: up to the violation. */
  readonly played?: number;
}

const KEYS = Object.keys(EVERYTHING) as (keyof Filter)[];

export function parseRoute(hash: string): Route {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const filter = Object.fromEntries(KEYS.map((key) => [key, words.get(key) ?? EVERYTHING[key]])) as unknown as Filter;
  const number = (key: string): number | undefined => {
    const text = words.get(key);
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const open = number('case');
  const played = number('step');
  return { filter, ...(open !== undefined && { open }), ...(played !== undefined && { played }) };
}

export function formatRoute({ filter, open, played }: Route): string {
  const words = new URLSearchParams();
  for (const key of KEYS) if (filter[key] !== EVERYTHING[key]) words.set(key, filter[key]);
  if (open !== undefined) words.set('case', String(open));
  if (open !== undefined && played !== undefined) words.set('step', String(played));
  return `#${words}`;
}
