/** All words that `mktrouble explain` knows, each with where it comes from. */
import { FAILURES, TASK_OUTCOMES } from '../model/case.ts';
import { ERRNO_NAMES, ERRNOS } from '../model/errno.ts';
import { COORDINATOR_POINTS, TASK_POINTS } from '../model/points.ts';
import { SIGNAL_NAMES, signalNumber } from '../model/signals.ts';
import { EXPECTATION, explainProperty, PROPERTY_NAMES } from '../properties/index.ts';
import { formatWords } from '../scenario/index.ts';

export interface GlossaryEntry {
  readonly word: string;
  /** What sort of word it is. */
  readonly kind: string;
  readonly lines: readonly string[];
}

/** Every entry; one word can mean several things (`restore` is a point and a failure): each is an entry of its own. */
export function glossary(): GlossaryEntry[] {
  return [
    ...[...PROPERTY_NAMES, EXPECTATION.name].map(property),
    ...ERRNO_NAMES.map((word) => ({ word, kind: `errno ${ERRNOS[word].number}`, lines: [ERRNOS[word].meaning] })),
    ...SIGNAL_NAMES.map((word) => ({ word, kind: 'signal', lines: [`number ${signalNumber(word)}`] })),
    ...described('point of the coordinator', COORDINATOR_POINTS),
    ...described('point of a task', TASK_POINTS),
    ...described('end of a task', TASK_OUTCOMES),
    ...Object.entries(FAILURES).map(([word, { errno, what }]) => ({
      word,
      kind: 'what can fail',
      lines: [`${what}; with ${errno} unless the fault says otherwise`],
    })),
    ...formatWords(),
  ];
}

function property(word: string): GlossaryEntry {
  const { title, statement, source, hint } = explainProperty(word)!;
  return {
    word,
    kind: 'property',
    lines: [`${title}.`, statement, `source: ${source}`, `when it is violated: ${hint}`],
  };
}

function described(kind: string, table: Readonly<Record<string, string>>): GlossaryEntry[] {
  return Object.entries(table).map(([word, text]) => ({ word, kind, lines: [text] }));
}
