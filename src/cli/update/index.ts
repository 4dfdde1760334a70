/**
 * `mktrouble run --update`: the expectations that did not hold become what the scenario's runs show. Each scenario is run until
 * its new expectations hold, and its file is written only when they do, nothing else in it has changed, and the user agrees.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isDeepStrictEqual } from 'node:util';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { ResultKind } from '../../../reporters/shared/result.ts';
import { count } from '../../../reporters/words/numbers.ts';
import type { Backend } from '../../backends/backend.ts';
import { CannotWrite, writeFileAtomically } from '../../boundary/write-file.ts';
import type { Options, Project } from '../../config/index.ts';
import { engineOptions, type OwnFiles, ownFiles } from '../../config/options.ts';
import { openBackend } from '../../injector/backends.ts';
import { runCase } from '../../injector/index.ts';
import { type Observation, observeCase } from '../../injector/observe.ts';
import { judgeBy, namesWith } from '../../injector/own-modules.ts';
import { selectTests } from '../../mocha/select.ts';
import type { Case, Position } from '../../model/case.ts';
import { documentAt, editExpect, listTaskKeys, readWords } from '../../scenario/edit-expect.ts';
import { parseScenarioText } from '../../scenario/index.ts';
import { SourceText } from '../../scenario/source/text.ts';
import { EXIT, type ExitCode, note, print } from '../exit.ts';
import { planExpect } from './plan.ts';
import type { UpdateFlags } from './refuse.ts';

/** How a case of the run ended; `position`: that of its scenario. */
export interface EndedCase {
  readonly kind: ResultKind;
  readonly position?: Position;
}

/** Rounds of a scenario: a change of one key may show what another one has to be. */
const MAX_ROUNDS = 4;

/** Updates the scenarios of these results; `exit` is how their run ended. */
export async function updateExpectations(
  results: readonly EndedCase[],
  options: Options,
  flags: UpdateFlags,
  { exit, signal }: { readonly exit: ExitCode; readonly signal: AbortSignal },
): Promise<ExitCode> {
  if (exit !== EXIT.ok && exit !== EXIT.finding) return exit;
  const scenarios = failedScenarios(results);
  if (scenarios.length === 0) {
    note('no expectation is to be updated');
    return exit;
  }
  const updater = new Updater(options, flags, signal);
  const files = new Map<string, { readonly before: string; after: string }>();
  let refused = 0;
  try {
    for (const position of scenarios) {
      const file = path.resolve(position.file);
      const known = files.get(file) ?? { before: readFileSync(file, 'utf8'), after: '' };
      const text = known.after || known.before;
      const number = documentAt(known.before, new SourceText(file, known.before).offset(position));
      const updated = number === undefined ? 'its file has changed' : await updater.update(text, file, number);
      if (signal.aborted) return EXIT.interrupted;
      if (typeof updated === 'string') {
        refused++;
        note(`${position.file}:${position.line}: not updated: ${updated}`);
      } else files.set(file, { before: known.before, after: updated.text });
    }
  } finally {
    await updater.dispose();
  }
  const changed = [...files].filter(([, { before, after }]) => before !== after);
  for (const [file, { before, after }] of changed) print(`\n${diff(file, before, after)}`);
  if (changed.length === 0) return exit;
  if (!(await mayWrite(changed.length, flags, signal))) return exit;
  for (const [file, { before, after }] of changed) if (!write(file, before, after)) return EXIT.input;
  const others = results.some(
    ({ kind, position }) => kind === 'error' || kind === 'flaky' || (kind === 'fail' && !position),
  );
  if (refused > 0 || others) return EXIT.finding;
  return results.some(({ kind }) => kind === 'incomplete') ? EXIT.incomplete : EXIT.ok;
}

/** The places of scenarios with a case that failed, each once. */
function failedScenarios(results: readonly EndedCase[]): Position[] {
  const places = results.flatMap(({ kind, position }) => (kind === 'fail' && position ? [position] : []));
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()];
}

class Updater {
  readonly #options: Options;
  readonly #flags: UpdateFlags;
  readonly #signal: AbortSignal;
  readonly #backends = new Map<Project, Promise<Backend>>();

  constructor(options: Options, flags: UpdateFlags, signal: AbortSignal) {
    this.#options = options;
    this.#flags = flags;
    this.#signal = signal;
  }

  /** The text with expectations that hold in the scenario of this document; or why there is none. */
  async update(given: string, file: string, number: number): Promise<{ readonly text: string } | string> {
    let text = given;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const cases = this.#loadDocument(text, file, number);
      if (typeof cases === 'string') return cases;
      const seen: Observation[] = [];
      for (const { c, project } of this.#testsOf(cases)) seen.push(await this.#observe(c, project));
      const written = {
        taskKeys: listTaskKeys(text, number),
        violates: readWords(text, number, ['violates']) ?? [],
        mayViolate: readWords(text, number, ['may-violate']) ?? [],
      };
      const edits = planExpect(seen, written, this.#flags);
      if (typeof edits === 'string') return edits;
      if (edits.length === 0)
        return (await this.#whyFailing(cases)) ?? whyElsewhere(given, text, file, number) ?? { text };
      const edited = editExpect(text, number, edits);
      if (typeof edited === 'string') return edited;
      text = edited.text;
    }
    return 'its cases end in ways that differ, and no list of outcomes holds for all of them';
  }

  async dispose(): Promise<void> {
    for (const backend of this.#backends.values()) await (await backend).dispose();
  }

  #loadDocument(text: string, file: string, number: number): readonly Case[] | string {
    const cases = loadCases(text, file, this.#options);
    return typeof cases === 'string' ? cases : cases.filter(isOfDocument(text, number));
  }

  /** All cases of the scenario, also those that the run did not select: they share its expectations. */
  #testsOf(cases: readonly Case[]): readonly { readonly c: Case; readonly project: Project }[] {
    const { projects, own } = this.#options;
    return selectTests({ projects, ...(own !== undefined && { own }) }, cases);
  }

  async #observe(c: Case, project: Project): Promise<Observation> {
    const backend = await this.#open(project);
    return observeCase(c, { ...project, backend, retries: 0, signal: this.#signal });
  }

  /** What still does not hold. */
  async #whyFailing(cases: readonly Case[]): Promise<string | undefined> {
    for (const { c, project } of this.#testsOf(cases)) {
      const backend = await this.#open(project);
      const { status, violations, reason } = await runCase(c, {
        ...project,
        backend,
        signal: this.#signal,
        find: judgeBy(this.#options.properties),
      });
      if (status !== 'pass' && status !== 'skip') return `${c.title}: ${violations[0]?.message ?? reason ?? status}`;
    }
    return undefined;
  }

  #open(project: Project): Promise<Backend> {
    const opened =
      this.#backends.get(project) ??
      openBackend(project.backend, {
        allowCommands: this.#options.allowCommands,
        ...engineOptions(project),
        ...ownFiles(this.#options),
      });
    this.#backends.set(project, opened);
    return opened;
  }
}

function loadCases(
  text: string,
  file: string,
  { defaults, ...own }: Pick<Options, 'defaults' | keyof OwnFiles>,
): readonly Case[] | string {
  const { cases, diagnostics } = parseScenarioText(text, file, {
    ...namesWith(own),
    ...(defaults && { defaults }),
  });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return error ? `it would not load: ${error.message}` : cases;
}

/** Whether a case is of a scenario of this document. */
function isOfDocument(text: string, number: number): (c: Case) => boolean {
  const source = new SourceText('', text);
  const numbers = new Map<number, number | undefined>();
  return ({ position }) => {
    const offset = source.offset(position);
    if (!numbers.has(offset)) numbers.set(offset, documentAt(text, offset));
    return numbers.get(offset) === number;
  };
}

/** Why the change is none of one `expect` only. */
function whyElsewhere(before: string, after: string, file: string, number: number): string | undefined {
  const [old, now] = [before, after].map((text) => loadCases(text, file, {}));
  if (typeof old !== 'object' || typeof now !== 'object' || old.length !== now.length) return CHANGED_ELSEWHERE;
  const isChanged = isOfDocument(before, number);
  const same = old.every((c, i) => isDeepStrictEqual(comparable(c, isChanged(c)), comparable(now[i]!, isChanged(c))));
  return same ? undefined : CHANGED_ELSEWHERE;
}

const CHANGED_ELSEWHERE = 'more than its section expect would change: change it by hand';

/** A case without its places in the file; of the scenario that is changed also without its expectations. */
function comparable(c: Case, isChanged: boolean): object {
  return JSON.parse(
    JSON.stringify({ ...c, ...(isChanged && { expect: undefined }) }, (key, value) =>
      key === 'position' || key === 'positions' ? undefined : value,
    ),
  );
}

function diff(file: string, before: string, after: string): string {
  const name = path.relative(process.cwd(), file);
  return createTwoFilesPatch(name, name, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

/** Whether the user agrees; where no one can be asked, nothing is written. */
async function mayWrite(files: number, { yes }: UpdateFlags, signal: AbortSignal): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    note('nothing was written: --yes writes these changes');
    return false;
  }
  const input = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await input.question(`Write ${count(files, 'file')}? [y/N] `, { signal })).trim());
  } finally {
    input.close();
  }
}

function write(file: string, before: string, after: string): boolean {
  const name = path.relative(process.cwd(), file);
  if (readFileSync(file, 'utf8') !== before) {
    note(`${name} was changed meanwhile, and is left as it is`);
    return false;
  }
  try {
    writeFileAtomically(file, after);
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    note(error.message);
    return false;
  }
  note(`updated: ${name}`);
  return true;
}
