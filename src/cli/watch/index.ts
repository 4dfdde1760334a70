/** `mktrouble run --watch`: after the first run each saved scenario file is run again, for a saved source what it affects, and what a key asks for. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CaseResult } from '../../../reporters/shared/result.ts';
import { packageRoot } from '../../boundary/package.ts';
import { namesWith } from '../../injector/own-modules.ts';
import type { DriveRequest } from '../../mocha/drive.ts';
import { type SelectedTest, selectTests, testTitle } from '../../mocha/select.ts';
import {
  findScenarioFiles,
  formatDiagnostic,
  isScenarioFile,
  type Loaded,
  loadScenarioFileSync,
} from '../../scenario/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { LoadedFiles } from '../files.ts';
import { caseKey } from '../history/store.ts';
import { driveAndRecord } from '../run/record.ts';
import { Reach } from './affected.ts';
import { type Changes, watchChanges } from './changes.ts';
import { type Asked, describeKeys, type Keys, readKeys } from './keys.ts';
import { firstFiles, startAfresh } from './supervise.ts';

/** Runs what was asked for, then what is saved or asked for by a key, until the signal of the request is aborted. */
export async function watchAndRun(request: DriveRequest): Promise<ExitCode> {
  const { paths } = request.options;
  const sources = sourceFolder();
  const watched = sources === undefined ? paths : [...paths, sources];
  const changes = await watchChanges(watched, (file) => matters(file, sources));
  const keys = readKeys(process.stdin, (text) => process.stdout.write(text));
  const close = (): void => {
    changes.close();
    keys.close();
  };
  request.signal.addEventListener('abort', close);
  process.once('exit', keys.close);
  try {
    return await new Watch(request, sources).run(changes, keys);
  } finally {
    close();
    process.off('exit', keys.close);
  }
}

/** Which tests of the files are run. */
type Choice = (test: SelectedTest) => boolean;

class Watch {
  readonly #request: DriveRequest;
  readonly #sources: string | undefined;
  readonly #reach = new Reach();
  /** The tests that failed when they were last run, by their keys. */
  readonly #failed = new Set<string>();

  constructor(request: DriveRequest, sources: string | undefined) {
    this.#sources = sources;
    this.#request = {
      ...request,
      options: { ...request.options, coverage: sources !== undefined || request.options.coverage },
      onVerdict: (file, verdict) => this.#reach.add(file, verdict),
      onResult: (result) => this.#remember(result),
    };
  }

  async run(changes: Changes, keys: Keys): Promise<ExitCode> {
    const first = firstFiles();
    // What was saved before the watcher was ready is read now.
    let again = () => (first === undefined ? this.#runFirst() : this.#runFiles(first));
    await again();
    this.#announce();
    let saved = changes.next();
    let asked = keys.next();
    for (;;) {
      const next = await Promise.race([saved.then((files) => ({ files })), asked.then((one) => ({ asked: one }))]);
      if ('files' in next) {
        const { files } = next;
        if (!files) return EXIT.interrupted;
        saved = changes.next();
        const source = [...files].find((file) => isSource(file, this.#sources));
        if (source !== undefined) return this.#startAfresh(source, keys);
        again = () => this.#runFiles([...files]);
      } else {
        asked = keys.next();
        if (next.asked.kind === 'quit') return EXIT.ok;
        if (next.asked.kind === 'help') {
          process.stdout.write(describeKeys());
          continue;
        }
        again = this.#runAsked(next.asked) ?? again;
      }
      await again();
      this.#announce();
    }
  }

  #announce(): void {
    const keys = process.stdin.isTTY ? '; h shows the keys' : '';
    process.stdout.write(`\n  watching ${this.#request.options.paths.join(', ')} (Ctrl-C to stop${keys})\n`);
  }

  #remember(result: CaseResult): void {
    const { verdict, kind } = result;
    if (!verdict) return;
    const key = caseKey(verdict.id, verdict.project ?? verdict.backend);
    if (kind === 'pass' || kind === 'skip') this.#failed.delete(key);
    else this.#failed.add(key);
  }

  /** What a key asks for; undefined: the same again. */
  #runAsked(asked: Asked): (() => Promise<void>) | undefined {
    const run = (choice?: Choice) => () => this.#runFiles(findScenarioFiles(this.#request.options.paths), choice);
    if (asked.kind === 'all') return run();
    if (asked.kind === 'failed') {
      const failed = new Set(this.#failed);
      return run(({ c, project }) => failed.has(caseKey(c.id, project.name)));
    }
    if (asked.kind !== 'title') return undefined;
    const pattern = toPattern(asked.pattern);
    return run(({ c, project }) => pattern.test(testTitle(c, project, this.#request.options)));
  }

  #startAfresh(source: string, keys: Keys): Promise<ExitCode> {
    const { paths } = this.#request.options;
    const files = this.#reach.affected(source, [...this.#load(findScenarioFiles(paths)).keys()]);
    process.stdout.write(`\n  ${path.relative(process.cwd(), source)} was saved: ${files.length} scenario files\n`);
    // The new process reads the terminal.
    keys.close();
    return startAfresh(files, this.#request.signal);
  }

  /** All that was asked for on the command line; only this run writes report files. */
  async #runFirst(): Promise<void> {
    const { loaded, chosen } = this.#request;
    const files = this.#load([...loaded.keys()]);
    const isSame = [...files].every(([file, { cases }]) => cases.length === loaded.get(file)?.cases.length);
    if (chosen !== undefined && !isSame) await this.#runLoaded(files);
    else if (printMistakes(files) === 0) await driveAndRecord({ ...this.#request, loaded: files });
  }

  async #runFiles(files: readonly string[], choice?: Choice): Promise<void> {
    await this.#runLoaded(this.#load(files), choice);
  }

  /** Runs the files that load, and reports the others. */
  async #runLoaded(loaded: LoadedFiles, choice: Choice = () => true): Promise<void> {
    printMistakes(loaded);
    const { options } = this.#request;
    const good = new Map([...loaded].filter(([, { diagnostics }]) => !diagnostics.some(isError)));
    const chosen = new Map(
      [...good].map(([file, { cases }]) => [
        file,
        selectTests(options, cases).flatMap((test, i) => (choice(test) ? [i] : [])),
      ]),
    );
    const total = [...chosen.values()].reduce((sum, tests) => sum + tests.length, 0);
    if (total === 0) {
      if (good.size > 0) process.stdout.write('\n  no case to run\n');
      return;
    }
    const reporters = options.reporters.filter(({ output }) => output === undefined);
    await driveAndRecord({
      ...this.#request,
      loaded: good,
      chosen,
      total,
      options: { ...options, parallel: 1, reporters: reporters.length > 0 ? reporters : [{ name: 'spec' }] },
    });
  }

  /** Those of the files that are there, and below the paths that were given. */
  #load(files: readonly string[]): LoadedFiles {
    const { paths, defaults, ...own } = this.#request.options;
    const asked = new Set(findScenarioFiles(paths).map((file) => path.resolve(file)));
    const there = files.map((file) => path.resolve(file)).filter((file) => asked.has(file) && existsSync(file));
    const known = { ...namesWith(own), ...(defaults && { defaults }) };
    return new Map(there.map((file) => [file, loadScenarioFileSync(file, known)]));
  }
}

/** A regular expression, or the words themselves where they are none. */
function toPattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  }
}

function isError({ severity }: Loaded['diagnostics'][number]): boolean {
  return severity === 'error';
}

/** Prints all diagnostics; how many errors there are. */
function printMistakes(loaded: LoadedFiles): number {
  const color = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  const diagnostics = [...loaded.values()].flatMap((one) => one.diagnostics);
  for (const diagnostic of diagnostics) process.stderr.write(`\n${formatDiagnostic(diagnostic, { color })}\n`);
  return diagnostics.filter(isError).length;
}

/** The sources of this program, where it stands in a clone. */
function sourceFolder(): string | undefined {
  const folder = path.join(packageRoot(), 'src');
  return existsSync(path.join(folder, 'cli', 'main.ts')) ? folder : undefined;
}

function matters(file: string, sources: string | undefined): boolean {
  return isSource(file, sources) || isScenarioFile(path.basename(file));
}

function isSource(file: string, sources: string | undefined): boolean {
  return sources !== undefined && file.endsWith('.ts') && !path.relative(sources, file).startsWith('..');
}
