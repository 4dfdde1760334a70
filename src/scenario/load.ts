/** From files, or text, to cases and diagnostics. Never throws, whatever is in a file. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { CannotRead, listFolder, readOwnBytes } from '../boundary/read-file.ts';
import type { Case } from '../model/case.ts';
import { Bases, DEFAULTS_FILE } from './bases.ts';
import { Budget, LoadBudget } from './budget.ts';
import type { ScenarioDefaults } from './defaults.ts';
import { DEFECTS_FILE } from './defects.ts';
import { expandDocument, type FileContext } from './expand.ts';
import type { KnownNames } from './known-names.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { type Diagnostic, fileDiagnostic, Mistakes } from './source/diagnostic.ts';
import { isMapping, type RawDocument } from './source/raw.ts';
import { SourceText } from './source/text.ts';
import { readYaml } from './source/yaml.ts';

export interface ParseOptions extends KnownNames {
  /** Settings of scenarios that do not specify them. */
  readonly defaults?: ScenarioDefaults;
  /** What the scenarios of the file extend; by default nothing can be extended. */
  readonly bases?: Bases;
  /** The memory that the files of a run may take together; by default each file has its own. */
  readonly budget?: LoadBudget;
}

export interface LoadOptions extends ParseOptions {
  /** The folder that file names in ids and diagnostics are relative to. Default: the current one. */
  readonly cwd?: string;
}

export interface Loaded {
  /** None when there is any error. */
  readonly cases: Case[];
  /** All errors and warnings, sorted by place. */
  readonly diagnostics: Diagnostic[];
  /** Other files of which its cases are made, as absolute paths. */
  readonly bases?: readonly string[];
}

/** The cases of a text; `file` is its name in ids and diagnostics. Pure. */
export function parseScenarios(text: string, file: string, options: ParseOptions = {}): Loaded {
  const { budget = new LoadBudget(), defaults, bases, ...known } = options;
  if (text.length > MAX_FILE_BYTES) return broken(file, ...TOO_LARGE);
  if (!budget.takeText(text.length)) return broken(file, budget.exceeded.message, budget.exceeded.hint);
  const source = new SourceText(file, text);
  const mistakes = new Mistakes(source);
  const context: FileContext = {
    source,
    mistakes,
    budget: new Budget(budget),
    known,
    ...(defaults && { defaults }),
    ...(bases && { bases }),
  };
  const documents = readYaml(text, mistakes);
  checkNames(documents, context);
  const cases = documents.flatMap((document) => expandDocument(document, context));
  if (mistakes.count === 0) checkIds(cases, context);
  const diagnostics = mistakes.diagnostics();
  return { cases: mistakes.count > 0 ? [] : cases, diagnostics };
}

/** The cases of a file. A file that cannot be read is a diagnostic. */
export function loadScenarioFileSync(file: string, options: LoadOptions = {}): Loaded {
  const { where } = nameFile(file, options);
  return loadBy(file, options, (name, known) => parseBytes(readOwnBytes(where, MAX_FILE_BYTES), name, known));
}

/** The cases of the unsaved text of a file, as an editor holds it. */
export function parseScenarioText(text: string, file: string, options: LoadOptions = {}): Loaded {
  return loadBy(file, options, (name, known) => parseScenarios(text, name, known));
}

function loadBy(file: string, options: LoadOptions, parse: (name: string, options: ParseOptions) => Loaded): Loaded {
  const { name, where } = nameFile(file, options);
  const { defects, cwd = process.cwd() } = options;
  const bases = new Bases(where, path.resolve(cwd));
  const known = { ...options, bases, ...(defects && { defects: () => defects(where) }) };
  try {
    const loaded = parse(name, known);
    return bases.files.length === 0 ? loaded : { ...loaded, bases: bases.files };
  } catch (error) {
    if (error instanceof CannotRead) return broken(name, error.reason);
    throw error;
  }
}

/** The cases of a file. A file that cannot be read is a diagnostic. */
export async function loadScenarioFile(file: string, options: LoadOptions = {}): Promise<Loaded> {
  return loadScenarioFileSync(file, options);
}

/** The cases of all scenario files in these files and folders. */
export function loadScenarios(paths: readonly string[], options: LoadOptions = {}): Loaded {
  let files: readonly string[];
  try {
    files = findScenarioFiles(paths);
  } catch (error) {
    if (error instanceof CannotRead) return broken(error.file, error.reason);
    throw error;
  }
  const shared = { budget: new LoadBudget(), ...options };
  const loaded = files.map((file) => loadScenarioFileSync(file, shared));
  return { cases: loaded.flatMap(({ cases }) => cases), diagnostics: loaded.flatMap(({ diagnostics }) => diagnostics) };
}

/**
 * The scenario files in these files and folders, sorted, each once. Folders are searched with all below them for *.yaml
 * and *.yml, but not *.replay.yaml, mktrouble.known.yaml, mktrouble.defaults.yaml, mktrouble.config.yaml, hidden folders and node_modules. A file is taken as it is; so is what does not
 * exist, which then fails to load with a diagnostic. Throws CannotRead for a folder that cannot be read.
 */
export function findScenarioFiles(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((one) => search(path.normalize(one))))].sort();
}

function search(where: string): string[] {
  if (!statSync(where, { throwIfNoEntry: false })?.isDirectory()) return [where];
  return listFolder(where).flatMap((entry) => {
    const inner = path.join(where, entry.name);
    if (entry.isDirectory()) return /^\.|^node_modules$/.test(entry.name) ? [] : search(inner);
    return isScenarioFile(entry.name) ? [inner] : [];
  });
}

/** Whether a file of this name is one of scenarios: replay files, files of known defects, of defaults and of the configuration are not. */
export function isScenarioFile(name: string): boolean {
  return (
    /\.ya?ml$/.test(name) &&
    !/\.replay\.ya?ml$|^mktrouble\.config\./.test(name) &&
    name !== DEFECTS_FILE &&
    name !== DEFAULTS_FILE
  );
}

const TOO_LARGE = [`the file has more than ${MAX_FILE_BYTES} bytes`, 'split it into several files'] as const;

/** The cases of a file's bytes, which must be UTF-8. */
export function parseBytes(bytes: Uint8Array, name: string, options: ParseOptions): Loaded {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return notUtf8(bytes, name);
  }
  return parseScenarios(text, name, options);
}

/** Shows the line with the first byte that is wrong. */
function notUtf8(bytes: Uint8Array, name: string): Loaded {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const again = new TextEncoder().encode(text);
  let wrong = 0;
  while (bytes[wrong] === again[wrong]) wrong++;
  const start = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, wrong)).length;
  const mistakes = new Mistakes(new SourceText(name, text));
  mistakes.add({ span: { start, end: start + 1 }, message: 'the file is not UTF-8', hint: 'save it as UTF-8' });
  return { cases: [], diagnostics: mistakes.diagnostics() };
}

function broken(file: string, message: string, hint?: string): Loaded {
  return { cases: [], diagnostics: [fileDiagnostic(file, message, hint)] };
}

/** The name of a file in reports, the same on every machine, and its path. */
function nameFile(
  file: string,
  { cwd = process.cwd() }: LoadOptions,
): { readonly name: string; readonly where: string } {
  const where = path.resolve(cwd, file);
  return { name: path.relative(cwd, where).split(path.sep).join('/'), where };
}

/** Two documents of a file with one name would have the same cases. */
function checkNames(documents: readonly RawDocument[], { source, mistakes }: FileContext): void {
  const lines = new Map<string, number>();
  for (const document of documents) {
    const name = isMapping(document.value) ? document.value['scenario'] : undefined;
    if (typeof name !== 'string') continue;
    const span = document.locate(['scenario'], 'value');
    const first = lines.get(name);
    if (first === undefined) lines.set(name, source.place(span.start).line);
    else
      mistakes.add({
        span,
        message: 'two scenarios of this file have the same name',
        hint: `the first is in line ${first}`,
      });
  }
}

/** Ids identify cases in reports and on the command line. */
function checkIds(cases: readonly Case[], { source, mistakes }: FileContext): void {
  const seen = new Set<string>();
  for (const { id, position } of cases) {
    if (seen.has(id)) {
      const start = source.offset(position);
      mistakes.add({ span: { start, end: start }, message: `two cases have the id ${id}` });
    }
    seen.add(id);
  }
}
