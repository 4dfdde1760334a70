/**
 * What scenarios share: `extends: file.yaml` takes over what another file has, and mktrouble.defaults.yaml is extended by every scenario
 * of its folder and those below. Such a file is one mapping with sections of a scenario. Only files of the project are read.
 */
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { CannotRead, readText } from '../boundary/read-file.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { SECTIONS, type Section } from './schema/document.ts';
import { formatDiagnostic, Mistakes } from './source/diagnostic.ts';
import { didYouMean } from './source/nearest.ts';
import { isMapping, type Raw, type RawMapping, show } from './source/raw.ts';
import { SourceText } from './source/text.ts';
import { readYaml } from './source/yaml.ts';

/** The file that every scenario of its folder, and of those below, extends. */
export const DEFAULTS_FILE = 'mktrouble.defaults.yaml';

/** Files that extend each other in a row. */
const MAX_CHAIN = 8;

/** Sections that are of one scenario only. */
const OWN: readonly Section[] = ['scenario', 'skip', 'todo', 'only'];

/** Finds what the scenarios of one file extend; remembers which files were read. */
export class Bases {
  readonly #file: string;
  readonly #project: string;
  readonly #read = new Map<string, RawMapping | string>();

  /** `file`: the scenario file, as an absolute path; `project`: the folder outside of which nothing is read. */
  constructor(file: string, project: string) {
    this.#file = file;
    this.#project = project;
  }

  /** The files that were read, as absolute paths. */
  get files(): readonly string[] {
    return [...this.#read.keys()];
  }

  /**
   * The document with all that it extends: its own keys override those of `extends`, which override the defaults of the folder. Sections
   * that are mappings are joined key by key, tags are joined, everything else is replaced. A message where that is not possible.
   */
  extend(document: RawMapping): RawMapping | string {
    const chain: RawMapping[] = [];
    const named = document['extends'];
    if (typeof named === 'string') {
      const why = this.#follow(path.dirname(this.#file), named, chain);
      if (why !== undefined) return why;
    }
    const defaults = findDefaults(path.dirname(this.#file), this.#project);
    if (defaults !== undefined) {
      const why = this.#follow(path.dirname(defaults), path.basename(defaults), chain);
      if (why !== undefined) return why;
    }
    return chain.reduce(join, document);
  }

  /** Adds a file, and what it extends itself, the nearest first; or says why not. */
  #follow(folder: string, name: string, chain: RawMapping[]): string | undefined {
    if (chain.length >= MAX_CHAIN) return `more than ${MAX_CHAIN} files extend each other`;
    const file = this.#locate(folder, name);
    if (file === undefined) return `${name} is not a file of this project (${this.#project})`;
    const base = this.#load(file);
    if (typeof base === 'string') return base;
    chain.push(base);
    const next = base['extends'];
    return typeof next === 'string' ? this.#follow(path.dirname(file), next, chain) : undefined;
  }

  /** Where a file is, links followed; undefined for one outside of the project and beside no scenario. */
  #locate(folder: string, name: string): string | undefined {
    if (path.isAbsolute(name) || !/\.ya?ml$/.test(name)) return undefined;
    const file = path.resolve(folder, name);
    if (!existsSync(file)) return file;
    const real = realpathSync(file);
    const allowed = [this.#project, path.dirname(this.#file)].map((one) => realpathSync(one));
    return allowed.some((one) => isBelow(real, one)) ? file : undefined;
  }

  #load(file: string): RawMapping | string {
    let base = this.#read.get(file);
    if (base === undefined) {
      base = readBase(file, path.relative(this.#project, file).split(path.sep).join('/'));
      this.#read.set(file, base);
    }
    return base;
  }
}

function isBelow(file: string, folder: string): boolean {
  const from = path.relative(folder, file);
  return from !== '..' && !from.startsWith(`..${path.sep}`) && !path.isAbsolute(from);
}

/** The nearest file of defaults, from a folder up to that of the project. */
function findDefaults(folder: string, project: string): string | undefined {
  const file = path.join(folder, DEFAULTS_FILE);
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return folder === project || above === folder || !isBelow(folder, project) ? undefined : findDefaults(above, project);
}

/** The mapping of a file; a text with its mistakes. */
function readBase(file: string, name: string): RawMapping | string {
  let text: string;
  try {
    text = readText(file, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof CannotRead) return `${name}: ${error.reason}`;
    throw error;
  }
  const mistakes = new Mistakes(new SourceText(name, text));
  const [document, second] = readYaml(text, mistakes);
  if (second) mistakes.add({ span: second.span, message: 'there is a second document', expected: 'one' });
  if (document && !isMapping(document.value))
    mistakes.add({
      span: document.span,
      message: `it cannot be ${show(document.value)}`,
      expected: 'a mapping with sections of a scenario',
    });
  for (const key of document && isMapping(document.value) ? Object.keys(document.value) : []) {
    const span = document!.locate([key], 'key');
    if (OWN.includes(key as Section))
      mistakes.add({ span, message: `${key} belongs to one scenario, not to what several share` });
    else if (!Object.hasOwn(SECTIONS, key))
      mistakes.add({ span, message: `unknown section ${key}`, hint: didYouMean(key, Object.keys(SECTIONS)) });
  }
  if (mistakes.count > 0)
    return mistakes
      .diagnostics()
      .map((one) => formatDiagnostic(one))
      .join('\n');
  return document!.value as RawMapping;
}

/** The first with what it does not have from the second. */
function join(own: RawMapping, base: RawMapping): RawMapping {
  const joined: RawMapping = Object.assign(Object.create(null), base, own);
  for (const [key, theirs] of Object.entries(base)) {
    const ours: Raw | undefined = own[key];
    if (isMapping(ours) && isMapping(theirs) && key !== 'tree')
      joined[key] = Object.assign(Object.create(null), theirs, ours);
    if (key === 'tags' && Array.isArray(ours) && Array.isArray(theirs))
      joined[key] = [...new Set([...theirs, ...ours])];
  }
  return joined;
}
