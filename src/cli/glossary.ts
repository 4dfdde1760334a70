/** All words that `mktrouble explain` knows, each with where it comes from. */

import { KNOWN_NAMES } from '../injector/known.ts';
import { ERRNO_NAMES, ERRNOS } from '../model/errno.ts';
import { SIGNAL_NAMES, signalNumber } from '../model/signals.ts';
import { EXPECTATION, explainProperty, FAULT_NEVER_FIRED, PROPERTY_NAMES } from '../properties/index.ts';
import { patchNamed } from '../protocol/patch.ts';
import { REPAIRS, UNDONE, type Undone } from '../protocol/stacks.ts';
import { formatWords } from '../scenario/index.ts';
import { RULES } from './lint/finding.ts';

export interface GlossaryEntry {
  readonly word: string;
  /** What sort of word it is, or where the format has it. */
  readonly kind: string;
  readonly lines: readonly string[];
}

/** Every entry; one word can mean several things (`restore` is a point and a failure): each is an entry of its own. */
export function glossary(): GlossaryEntry[] {
  return merged([
    ...[...PROPERTY_NAMES, EXPECTATION.name, FAULT_NEVER_FIRED.name].map(property),
    ...KNOWN_NAMES.protocols.map(protocol),
    ...ERRNO_NAMES.map((word) => ({ word, kind: `errno ${ERRNOS[word].number}`, lines: [ERRNOS[word].meaning] })),
    ...SIGNAL_NAMES.map((word) => ({ word, kind: 'signal', lines: [`number ${signalNumber(word)}, see signal(7)`] })),
    ...Object.entries(RULES).map(([word, text]) => ({ word, kind: 'rule of mktrouble lint', lines: [text] })),
    ...formatWords().map(({ word, where, description, example }) => ({
      word,
      kind: where,
      lines: [description, `example: ${example}`],
    })),
  ]);
}

function property(word: string): GlossaryEntry {
  const { title, statement, source, hint } = explainProperty(word)!;
  const lines = [`${title}.`, statement, `source: ${source}`, `when it is violated: ${hint}`];
  return { word, kind: 'property', lines };
}

const PROTOCOL_TEXTS: Readonly<Record<string, readonly string[]>> = {
  patch: ['patch 30/96 by itself, to the letter'],
  series: ['patch 30/96 with what its author posted in the same series: zombies (31/96), groups and ghosts (73/96)'],
  hardened: ['the series, repaired:', ...REPAIRS.map((name) => `${name}: ${patchNamed(name).description}`)],
};

/** Variants are called `<undone>`, `hardened-<undone>` and `hardened-without-<repair>`. */
function protocol(word: string): GlossaryEntry {
  const base = word.startsWith('hardened-') ? 'hardened' : 'series';
  const change = word.replace(/^hardened-/, '');
  const undone = UNDONE.find((name) => name === change);
  const repair = REPAIRS.find((name) => `without-${name}` === change);
  const lines =
    PROTOCOL_TEXTS[word] ??
    (undone ? undoneLines(base, undone) : [`hardened without a repair: ${patchNamed(repair!).description}`]);
  return { word, kind: 'protocol', lines };
}

function undoneLines(base: string, name: Undone): string[] {
  const { description, notes } = patchNamed(name);
  return [`${base} with an item of the changelog undone (${notes['Since']}): ${notes['Undoes']}`, description];
}

/** A word that means the same in several places is said once. */
function merged(entries: readonly GlossaryEntry[]): GlossaryEntry[] {
  const found = new Map<string, GlossaryEntry>();
  for (const entry of entries) {
    const key = [entry.word, ...entry.lines].join('\n');
    const before = found.get(key);
    found.set(key, before ? { ...before, kind: `${before.kind}, ${entry.kind}` } : entry);
  }
  return [...found.values()];
}
