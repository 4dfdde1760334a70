/** The words that a fault verb or an image editor of a user's own takes, as its module declares them: what `with` of a scenario may have. */

interface WordFacts {
  /** What the word means. */
  readonly statement: string;
  /** A scenario may leave it out. */
  readonly optional?: boolean;
}

export type OwnWord =
  /** A whole number from `least` to `most`. */
  | (WordFacts & { readonly type: 'number'; readonly least?: number; readonly most?: number })
  /** A text, or one of the `choices`. */
  | (WordFacts & { readonly type: 'text'; readonly choices?: readonly string[] })
  | (WordFacts & { readonly type: 'flag' });

/** By their names: lower-case words joined by dashes. */
export type OwnWords = Readonly<Record<string, OwnWord>>;

/** What a scenario gives for them. */
export type OwnValues = Readonly<Record<string, number | string | boolean>>;

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const TYPES = ['number', 'text', 'flag'];

/** Why what a module declares is no list of words; undefined: it is one, or there is none. */
export function whyNoWords(words: unknown): string | undefined {
  if (words === undefined) return undefined;
  if (!isObject(words)) return 'its `words` are no mapping of names to words';
  for (const [name, word] of Object.entries(words)) {
    if (!NAME.test(name))
      return `the name of its word ${JSON.stringify(name)} is not of lower-case words joined by dashes`;
    if (!isObject(word)) return `its word ${name} is no mapping`;
    const { type, statement, least, most, choices } = word;
    if (typeof type !== 'string' || !TYPES.includes(type)) return `its word ${name} has no type: ${TYPES.join(', ')}`;
    if (typeof statement !== 'string' || statement === '') return `its word ${name} has no statement`;
    if (![least, most].every((bound) => bound === undefined || Number.isSafeInteger(bound)))
      return `its word ${name} has a bound that is no whole number`;
    if (choices !== undefined && !isListOfTexts(choices)) return `its word ${name} has choices that are no texts`;
  }
  return undefined;
}

/** What a value of a word must be, for people. */
export function describeWord(word: OwnWord): string {
  switch (word.type) {
    case 'flag':
      return 'true or false';
    case 'text':
      return word.choices?.join(', ') ?? 'a text';
    case 'number': {
      const { least, most } = word;
      const from = least === undefined ? '' : ` from ${least}`;
      const to = most === undefined ? '' : ` to ${most}`;
      return `a whole number${from}${least === undefined && most !== undefined ? ` up${to}` : to}`;
    }
  }
}

/** Whether a value is one of the word. */
export function fitsWord(word: OwnWord, value: unknown): boolean {
  switch (word.type) {
    case 'flag':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string' && (word.choices?.includes(value) ?? true);
    case 'number': {
      const { least = -Number.MAX_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER } = word;
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
