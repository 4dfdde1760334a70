/**
 * Changes of the section `expect` in the text of a scenario file. Only the changed values are written again: comments, layout
 * and order of everything else stay. What cannot be changed so is refused with a reason.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, parseAllDocuments } from 'yaml';

/** One outcome or property as the file has it. */
export interface ExpectWord {
  /** Identifies it in a list: an outcome, `waiting sync-1`, a pid, the name of a property. */
  readonly key: string;
  /** Flow YAML. */
  readonly text: string;
}

/** A key of `expect` and what it becomes; without any word the key is removed. */
export interface ExpectEdit {
  /** `['coordinator']`, `['tasks', '101']`. */
  readonly path: readonly string[];
  readonly words: readonly ExpectWord[];
}

type Node = ParsedNode | null;
type Mapping = Extract<ParsedNode, { items: Pair[] }>;
type Entry = Pair<ParsedNode, ParsedNode | null>;

/** Why a text is not changed. */
class Refused extends Error {}

/** The text with the changes in one of its documents, counted from 0; or a sentence that says why they cannot be made. */
export function editExpect(
  text: string,
  number: number,
  edits: readonly ExpectEdit[],
): { readonly text: string } | string {
  try {
    return { text: edits.reduce((now, edit) => applyEdit(now, number, edit), text) };
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** The keys of `expect.tasks` that the scenario of this document has itself. */
export function listTaskKeys(text: string, number: number): readonly string[] {
  const tasks = findEntry(findEntry(findScenario(text, number), 'expect')?.value, 'tasks')?.value;
  return isMap(tasks) ? (tasks.items as Entry[]).map(({ key }) => keyName(key)) : [];
}

/** A list of `expect` as the scenario of this document has it itself; undefined where it has none. */
export function readWords(text: string, number: number, path: readonly string[]): readonly ExpectWord[] | undefined {
  let node: Node | undefined = findScenario(text, number);
  for (const key of ['expect', ...path]) node = findEntry(node, key)?.value;
  if (!isSeq(node)) return undefined;
  return (node.items as ParsedNode[]).map((item) => ({ key: keyOfItem(item), text: slice(text, item) }));
}

function findScenario(text: string, number: number): Node | undefined {
  return readDocuments(text)[number]?.contents as Node | undefined;
}

/** The number of the document at an offset, counted from 0; undefined between documents. */
export function documentAt(text: string, offset: number): number | undefined {
  const number = readDocuments(text).findIndex(
    ({ contents }) => contents && contents.range[0] <= offset && offset < contents.range[2],
  );
  return number < 0 ? undefined : number;
}

function readDocuments(text: string): readonly Document.Parsed[] {
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', merge: false, prettyErrors: false });
  return Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
}

function applyEdit(text: string, number: number, { path, words }: ExpectEdit): string {
  const root = findScenario(text, number);
  if (!isMap(root)) throw new Refused('the scenario is no mapping of its own');
  const written = writeWords(path[0]!, words);
  let parent = root as Mapping;
  const keys = ['expect', ...path];
  for (const [depth, key] of keys.entries()) {
    const entry = findEntry(parent, key);
    const name = keys.slice(0, depth + 1).join('.');
    if (!entry) {
      if (words.length === 0) return text;
      const rest = keys.slice(depth + 1);
      const value = rest.reduceRight((inner, one) => `{ ${one}: ${inner} }`, written);
      return insertEntry(text, parent, `${key}: ${value}`);
    }
    const { value } = entry;
    if (isAlias(value) || value?.anchor !== undefined)
      throw new Refused(`${name} is shared by a YAML alias: change it by hand`);
    if (depth === keys.length - 1) {
      if (value && slice(text, value).includes('${{'))
        throw new Refused(`${name} comes from the matrix: change the matrix by hand`);
      if (words.length === 0) return removeEntry(text, root as Mapping, parent, entry);
      return setValue(text, entry, words, written);
    }
    if (!isMap(value)) throw new Refused(`${name} is no mapping of its own: change it by hand`);
    parent = value as Mapping;
  }
  return text;
}

/** Keys that take one word without a list around it. */
const SINGLE: ReadonlySet<string> = new Set(['coordinator', 'tasks']);

function writeWords(section: string, words: readonly ExpectWord[]): string {
  const texts = words.map(({ text }) => text);
  return texts.length === 1 && SINGLE.has(section) ? texts[0]! : `[${texts.join(', ')}]`;
}

function setValue(text: string, { key, value }: Entry, words: readonly ExpectWord[], written: string): string {
  if (value === null) throw new Refused(`${keyName(key)} has no value: change it by hand`);
  if (isSeq(value) && !value.flow) return setBlockList(text, value.items as ParsedNode[], words);
  // A mapping in a block of its own stands below its key, a word beside it.
  const start = isMap(value) && !value.flow ? key.range[1] + 1 : value.range[0];
  const lead = start === value.range[0] ? '' : ' ';
  return replace(text, start, endOf(value), `${lead}${written}`);
}

/** In a list of lines each kept word keeps its line; others take the lines of removed ones, as far as there are any. */
function setBlockList(text: string, items: readonly ParsedNode[], words: readonly ExpectWord[]): string {
  const wanted = new Set(words.map(({ key }) => key));
  const there = new Set(items.map(keyOfItem));
  const gone = items.filter((item) => !wanted.has(keyOfItem(item)));
  const added = words.filter(({ key }) => !there.has(key));
  let changed = text;
  for (const [i, item] of [...gone.entries()].reverse()) {
    const word = added[i];
    changed = word
      ? replace(changed, item.range[0], endOf(item), word.text)
      : removeLines(changed, item.range[0], item);
  }
  const more = added.slice(gone.length);
  if (more.length === 0) return changed;
  const last = items.at(-1)!;
  const dash = text.lastIndexOf('-', last.range[0] - 1);
  const indent = text.slice(lineStart(text, dash), dash);
  // Nothing was removed: positions are those of the text that was given, or of replaced words before the last.
  const shift = changed.length - text.length;
  const end = lineEnd(changed, endOf(last) + shift);
  const lines = more.map((word) => `${newline(text)}${indent}- ${word.text}`).join('');
  return changed.slice(0, end) + lines + changed.slice(end);
}

function insertEntry(text: string, mapping: Mapping, entry: string): string {
  if (mapping.items.length === 0) return replace(text, mapping.range[0], mapping.range[1], `{ ${entry} }`);
  const end = endOf(mapping.flow ? valueOrKey(mapping.items.at(-1) as Entry) : mapping);
  if (mapping.flow) return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
  const first = (mapping.items[0] as Entry).key.range[0];
  const indent = ' '.repeat(first - lineStart(text, first));
  const at = lineEnd(text, end);
  return `${text.slice(0, at)}${newline(text)}${indent}${entry}${text.slice(at)}`;
}

/** A mapping of `expect` that would be empty is removed with its last key. */
function removeEntry(text: string, root: Mapping, parent: Mapping, entry: Entry): string {
  const entries = parent.items as Entry[];
  if (entries.length === 1 && parent !== root) {
    const expect = findEntry(root, 'expect')!;
    const [outer, around] = expect.value === parent ? [expect, root] : [findParent(expect, parent), expect.value];
    return removeEntry(text, root, around as Mapping, outer);
  }
  if (!parent.flow) return removeLines(text, entry.key.range[0], valueOrKey(entry));
  const at = entries.indexOf(entry);
  if (at === 0) return replace(text, entry.key.range[0], entries[1]!.key.range[0], '');
  return replace(text, endOf(valueOrKey(entries[at - 1]!)), endOf(valueOrKey(entry)), '');
}

function findParent({ value }: Entry, inner: Mapping): Entry {
  return ((value as Mapping).items as Entry[]).find((entry) => entry.value === inner)!;
}

function removeLines(text: string, start: number, last: ParsedNode): string {
  const end = lineEnd(text, endOf(last));
  const next = text.startsWith('\r\n', end) ? end + 2 : end + 1;
  return text.slice(0, lineStart(text, start)) + text.slice(Math.min(next, text.length));
}

/** A comment inside of what is replaced would be lost. */
function replace(text: string, start: number, end: number, by: string): string {
  if (/(^|\s)#/.test(text.slice(start, end)))
    throw new Refused(`a comment stands inside of \`${text.slice(start, end).split('\n')[0]}\`: change it by hand`);
  return text.slice(0, start) + by + text.slice(end);
}

/** The end of the last word of a node; blocks end where their last value does, not at the next line. */
function endOf(node: ParsedNode): number {
  if (isMap(node) && !node.flow && node.items.length > 0) return endOf(valueOrKey(node.items.at(-1) as Entry));
  if (isSeq(node) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1) as ParsedNode);
  return node.range[1];
}

function valueOrKey({ key, value }: Entry): ParsedNode {
  return value && value.range[1] > value.range[0] ? value : key;
}

function findEntry(node: Node | undefined, name: string): Entry | undefined {
  return isMap(node) ? (node.items as Entry[]).find(({ key }) => keyName(key) === name) : undefined;
}

function keyName(key: ParsedNode): string {
  return isScalar(key) ? String(key.value) : '';
}

/** What identifies an item of a list, as `ExpectWord.key`. */
function keyOfItem(item: ParsedNode): string {
  if (isScalar(item)) return String(item.value);
  const waiting = findEntry(item, 'waiting')?.value;
  if (isScalar(waiting)) return `waiting ${waiting.value}`;
  const property = findEntry(item, 'property')?.value;
  return isScalar(property) ? String(property.value) : '';
}

function slice(text: string, node: ParsedNode): string {
  return text.slice(node.range[0], endOf(node));
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
