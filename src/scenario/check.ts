/** Checks a part of a document against the schema: zod's issues as complaints in the words of the format. */
import type * as z from 'zod';
import { errnoName } from '../model/errno.ts';
import { signalName } from '../model/signals.ts';
import { type Complain, type Complaint, listed } from './complain.ts';
import { type Document, SECTION_NAMES, SECTIONS, type Section } from './schema/document.ts';
import { KEY_SEPARATOR } from './schema/word.ts';
import { keyWords } from './schema/words.ts';
import { didYouMean, nearest } from './source/nearest.ts';
import { isMapping, type Path, type Raw, type RawMapping, show } from './source/raw.ts';

type FaultWords = NonNullable<Document['faults']>[number];

/** A part without its mistakes, so that the rest can be checked further. Wrong faults, and wrong words of faults, are null. */
export type Checked<S extends Section> = S extends 'faults'
  ? readonly ({ readonly [K in keyof FaultWords]: FaultWords[K] | null } | null)[]
  : S extends 'expect' | 'image' | 'restart' | 'criu' | 'runtime'
    ? Partial<NonNullable<Document[S]>>
    : NonNullable<Document[S]>;

/** The part as far as it is right; undefined when nothing of it can be used. */
export function checkSection<S extends Section>(section: S, value: Raw, complain: Complain): Checked<S> | undefined {
  const mistakes = checkValue(SECTIONS[section], value, [section], complain);
  return without(section, value, mistakes) as Checked<S> | undefined;
}

/** Paths below a value. */
interface Mistakes {
  readonly wrong: readonly Path[];
  /** Of unknown keys: what is left without one may be right. */
  readonly unknown: readonly Path[];
}

/** Checks a value, which stands at a path, against a schema made of the words in `schema/word.ts`; complains about each mistake. */
export function checkValue(schema: z.ZodType, value: unknown, at: Path, complain: Complain): Mistakes {
  const result = schema.safeParse(value);
  if (result.success) return { wrong: [], unknown: [] };
  const issues = result.error.issues
    .flatMap((issue) => unfold(issue))
    .map((issue) => ({ ...issue, found: valueAt(value, issue.path as Path) }));
  const misspelt = misspeltKeys(issues);
  for (const issue of issues) {
    // An expression that is still there could not be filled in, and was reported there.
    if (isExpression(issue.found) || (issue.found === undefined && misspelt.has(issue.path.join(' ')))) continue;
    for (const complaint of explain(issue, [...at, ...(issue.path as Path)], issue.found)) complain(complaint);
  }
  return {
    wrong: issues.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? [] : [path as Path])),
    unknown: issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key] as Path) : [],
    ),
  };
}

/** The paths of missing keys for which an unknown key of the same mapping stands. */
function misspeltKeys(issues: readonly (Issue | NoneOfThem)[]): ReadonlySet<string> {
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const known = issue.message.split(KEY_SEPARATOR);
    for (const key of issue.keys.slice(0, MAX_MISSPELT)) meant.add([...issue.path, nearest(key, known)].join(' '));
  }
  return meant;
}

/** The most unknown keys of one mapping that are looked at: a mapping with more is no typing mistake. */
const MAX_MISSPELT = 5;

/** Complains about keys that a document has and no scenario knows, or that it lacks. */
export function checkKeys(document: RawMapping, complain: Complain): void {
  const keys = Object.keys(document);
  const strange = keys.filter((key) => !Object.hasOwn(SECTIONS, key));
  for (const key of strange) complain(unknownKey([key], key, SECTION_NAMES));
  const misspelt = strange.slice(0, MAX_MISSPELT).map((key) => nearest(key, SECTION_NAMES));
  for (const key of REQUIRED) {
    if (keys.includes(key) || misspelt.includes(key)) continue;
    complain({ path: [], message: `${key} is missing`, expected: `a scenario has ${REQUIRED.join(' and ')}` });
  }
}

const REQUIRED = SECTION_NAMES.filter((name) => !SECTIONS[name].safeParse(undefined).success);

type Issue = z.core.$ZodIssue;

/** A value that fits none of the ways to write it. */
interface NoneOfThem {
  readonly code: 'none';
  readonly path: PropertyKey[];
  /** Everything that would be accepted. */
  readonly message: string;
  /** Those alternatives that are words, and what they are. */
  readonly values: readonly string[];
  readonly noun: string | undefined;
}

/** The issues of a union are those of the one way to write it that was meant. */
function unfold(issue: Issue, above: readonly PropertyKey[] = []): (Issue | NoneOfThem)[] {
  const path = [...above, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const ways = issue.errors.map((way) => way.flatMap((inner) => unfold(inner, path)));
  const isHere = (one: { readonly path: PropertyKey[] }) => one.path.length === path.length;
  const fitting = ways.filter((way) => !way.some((one) => isHere(one) && one.code !== 'unrecognized_keys'));
  if (fitting.length > 0) {
    const strange = (way: (typeof ways)[number]) =>
      way.reduce((sum, one) => sum + (isHere(one) && one.code === 'unrecognized_keys' ? one.keys.length : 0), 0);
    return fitting.reduce((best, way) => ((strange(way) - strange(best) || way.length - best.length) < 0 ? way : best));
  }
  const here = ways.flat().filter(isHere);
  const nouns = here.flatMap((one) =>
    one.code === 'invalid_value' && one.values.length > 1 ? one.message : (one.code === 'none' && one.noun) || [],
  );
  return [
    {
      code: 'none',
      path,
      message: alternatives(here.map(expectation)),
      values: here.flatMap(listWords),
      noun: nouns[0],
    },
  ];
}

function alternatives(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  return distinct.length < 2 ? distinct.join() : `${distinct.slice(0, -1).join(', ')}, or ${distinct.at(-1)}`;
}

function expectation(issue: Issue | NoneOfThem): string {
  return issue.code === 'invalid_value' ? listed(issue.values.map(String))! : issue.message;
}

function listWords(issue: Issue | NoneOfThem): readonly string[] {
  return issue.code === 'invalid_value' || issue.code === 'none' ? issue.values.map(String) : [];
}

function explain(issue: Issue | NoneOfThem, path: Path, value: unknown): Complaint[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], key, issue.message.split(KEY_SEPARATOR)));
    case 'invalid_key': {
      const expected = issue.issues[0]?.message;
      const key = String(path.at(-1));
      return [
        { path, part: 'key', message: `${show(key)} cannot be a key here`, expected, hint: didYouMean(key, ['all']) },
      ];
    }
    case 'invalid_value':
      if (value === undefined) return [wrongValue(issue, value, path)];
      return [unknownValue(issue.message, value, issue.values.map(String), path)];
    default:
      return [wrongValue(issue, value, path)];
  }
}

function unknownKey(path: Path, key: string, known: readonly string[]): Complaint {
  return {
    path,
    part: 'key',
    message: `unknown key ${show(key)}`,
    expected: known.join(', '),
    hint: () => [didYouMean(key, known), whereKnown(key)].filter((text) => text !== undefined).join(' ') || undefined,
  };
}

/** A key that would be right elsewhere. */
function whereKnown(key: string): string | undefined {
  places ??= placesOfKeys();
  const known = places.get(key);
  return known && `${key} is a word of: ${[...known].join(', ')}`;
}

let places: ReadonlyMap<string, ReadonlySet<string>> | undefined;

function placesOfKeys(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { word, where } of keyWords()) found.set(word, (found.get(word) ?? new Set()).add(where));
  return found;
}

function unknownValue(noun: string, value: unknown, known: readonly string[], path: Path): Complaint {
  const hint = () => {
    if (typeof value === 'string') return didYouMean(value, known);
    if (typeof value !== 'number') return undefined;
    const name = noun === 'signal' ? signalName(value) : noun === 'errno' ? errnoName(value) : '';
    return known.includes(name) ? `did you mean ${name}?` : undefined;
  };
  return { path, message: `unknown ${noun} ${show(value)}`, expected: listed(known), hint };
}

function wrongValue(issue: Issue | NoneOfThem, value: unknown, path: Path): Complaint {
  const key = path.findLast((step) => typeof step === 'string')!;
  if (value === undefined) {
    return { path: path.slice(0, -1), part: 'key', message: `${key} is missing`, expected: expectation(issue) };
  }
  if (issue.code === 'none' && issue.noun !== undefined && typeof value === 'string') {
    return { ...unknownValue(issue.noun, value, issue.values, path), expected: issue.message };
  }
  const name = typeof path.at(-1) === 'number' ? `an item of ${key}` : key;
  const isText = issue.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'object';
  const hint = () => {
    if (isText) return `write "${value}" in quotes`;
    return typeof value === 'string' ? didYouMean(value, listWords(issue)) : undefined;
  };
  if (value === null) return { path, message: `${name} has no value`, expected: expectation(issue) };
  if (issue.code === 'too_big' && typeof value === 'object')
    return { path, message: `${name} is too long`, expected: issue.message };
  return { path, message: `${name} cannot be ${show(value)}`, expected: expectation(issue), hint };
}

function isExpression(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${{');
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

/** The part without the smallest pieces around these paths that the rest can do without. */
function without(section: Section, part: Raw, { wrong, unknown }: Mistakes): Raw | undefined {
  // A thread may have a key that only a process has, and nothing below it was checked. That of a fault may be its verb, misspelt.
  const removed = section === 'tree' ? unknown : [];
  if (wrong.length === 0 && removed.length === 0) return part;
  const rest = copy(part);
  for (const path of removed) {
    const above = valueAt(rest, path.slice(0, -1));
    if (isMapping(above)) delete above[path.at(-1)!];
  }
  for (const path of wrong) {
    const length = cut(section, path);
    const above = valueAt(rest, path.slice(0, length - 1));
    const step = path[length - 1];
    if (length === 0 || step === undefined) return undefined;
    if (section === 'faults' && above !== null && typeof above === 'object') (above as RawMapping)[step] = null;
    else if (isMapping(above)) delete above[step];
  }
  return rest;
}

/** How much of the path to a mistake leads to what can be left out; 0: nothing smaller than the whole. */
function cut(section: Section, path: Path): number {
  if (section === 'expect' && path[0] === 'tasks') return Math.min(path.length, 2);
  if (section === 'faults') return Math.min(path.length, 2);
  if (section !== 'tree')
    return ['expect', 'image', 'restart', 'criu', 'runtime'].includes(section) ? Math.min(path.length, 1) : 0;
  // A tree makes sense without a word of a task, but not without a task.
  const key = path.findLastIndex((step) => typeof step === 'string');
  return key !== -1 && !TREE_KEYS.has(path[key]!) && path[0] !== 'generate' ? key + 1 : 0;
}

const TREE_KEYS: ReadonlySet<string | number> = new Set(['pid', 'children', 'threads', 'forks', 'generate']);

function copy(value: Raw): Raw {
  if (Array.isArray(value)) return value.map(copy);
  if (!isMapping(value)) return value;
  const made = Object.create(null) as RawMapping;
  for (const [key, inner] of Object.entries(value)) made[key] = copy(inner);
  return made;
}
