/** Titles of cases: the name, and the matrix values that distinguish the cases of one scenario. */
import type { CaseResult } from '../shared/result.ts';
import { cut, width } from '../shared/text.ts';

/** The matrix values at the end of a title, with their brackets and the space before: ` [pid: 102]`; empty where it has none. */
export function formatValues({ title, verdict }: Pick<CaseResult, 'title' | 'verdict'>): string {
  const name = verdict?.scenario ?? '';
  return name !== '' && title.startsWith(`${name} [`) && title.endsWith(']') ? title.slice(name.length) : '';
}

/** Less of a name than this says nothing. */
const NAME_AT_LEAST = 12;

/**
 * A title for a terminal of so many columns. Its matrix values are never cut: the name before them gives way, in its
 * middle, and where even that is not enough the title is longer than the line.
 */
export function fitTitle(title: string, values: string, columns: number, ellipsis: string): string {
  if (width(title) <= columns) return title;
  const name = title.slice(0, title.length - values.length);
  const room = Math.max(columns - width(values), NAME_AT_LEAST);
  return cutMiddle(name, room, ellipsis) + values;
}

/** Both ends of a text say more than its middle. */
function cutMiddle(text: string, columns: number, ellipsis: string): string {
  if (width(text) <= columns) return text;
  const room = columns - width(ellipsis);
  const end = [...text].slice(-Math.floor(room / 3)).join('');
  return cut(text, columns - width(end), ellipsis) + end;
}
