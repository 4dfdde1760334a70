/** What a scenario says of fault verbs and image editors of the user's own, held against what their modules declare. */
import { describeWord, fitsWord, type OwnValues, type OwnWords } from '../model/own-words.ts';
import { type Complain, unknown } from './complain.ts';
import type { Path } from './source/raw.ts';

/** An image editor of the user's own, as far as a scenario is concerned. */
export interface EditorFacts {
  readonly name: string;
  readonly words?: OwnWords;
}

/** A fault verb of the user's own, as far as a scenario is concerned. */
export interface FaultVerbFacts extends EditorFacts {
  /** Where it can fire, each with what it means. */
  readonly moments: Readonly<Record<string, string>>;
  /** Whether it hits tasks. */
  readonly targets?: 'none' | 'optional' | 'required';
  /** The names of the backends that have it. */
  readonly backends: readonly string[];
}

/** What has this name; complains where nothing has. `option`: how one is named on the command line. */
export function findOwn<T extends EditorFacts>(
  all: readonly T[],
  name: string,
  { noun, option }: { readonly noun: string; readonly option: string },
  path: Path,
  complain: Complain,
): T | undefined {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  const expected = `one that ${option} or the configuration names`;
  if (all.length === 0) complain({ path, message: `unknown ${noun} ${name}`, expected });
  else complain(unknown(path, noun, name, () => all.map((one) => one.name)));
  return undefined;
}

/** Complains about each value that `with` has and the words do not allow, and each that is missing. */
export function checkOwnValues(
  { name, words = {} }: EditorFacts,
  given: OwnValues | undefined,
  path: Path,
  complain: Complain,
): void {
  const at = [...path, 'with'];
  const known = Object.keys(words);
  for (const [key, value] of Object.entries(given ?? {})) {
    const word = Object.hasOwn(words, key) ? words[key] : undefined;
    if (!word && known.length === 0) complain({ path: [...at, key], part: 'key', message: `${name} takes no words` });
    else if (!word) complain({ ...unknown([...at, key], `word of ${name}`, key, () => known), part: 'key' });
    else if (!fitsWord(word, value))
      complain({
        path: [...at, key],
        message: `${key} cannot be ${JSON.stringify(value)}`,
        expected: describeWord(word),
      });
  }
  for (const [key, word] of Object.entries(words))
    if (!word.optional && !Object.hasOwn(given ?? {}, key))
      complain({
        path: given === undefined ? path : at,
        message: `${key} is missing: ${word.statement}`,
        expected: `with: { ${key}: … }, ${describeWord(word)}`,
      });
}
