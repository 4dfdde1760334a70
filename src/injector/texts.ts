/** Places and counts, as verdicts word them. */
import type { Case } from '../model/case.ts';
import type { Violation } from '../record/verdict.ts';

/** The place of a word of the file, else the nearest word around it that has one. */
export function findPosition(c: Case, path: string): Pick<Violation, 'position'> {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), 0))) {
    const position = c.positions[at];
    if (position) return { position };
  }
  return { position: c.position };
}

/** `1 run`, `64 runs`. */
export function runs(n: number): string {
  return n === 1 ? '1 run' : `${n} runs`;
}
