/** One scenario file as one Mocha suite: a test for each case. */
import path from 'node:path';
import type { Backend } from '../backends/backend.ts';
import type { Options, Project } from '../config/index.ts';
import { engineOptions, ownFiles } from '../config/options.ts';
import { openBackend } from '../injector/backends.ts';
import { runCase } from '../injector/index.ts';
import { judgeBy } from '../injector/own-modules.ts';
import type { Case } from '../model/case.ts';
import type { KnownDefect } from '../model/signature.ts';
import type { Progress } from '../record/progress.ts';
import { attachProgress, attachVerdict } from './attach.ts';
import { CaseFailed, toFailure } from './failure.ts';
import { keepReplay } from './keep-replay.ts';
import { RunLimits } from './run-limits.ts';
import { selectTests, testTitle } from './select.ts';

/** What a suite needs from outside. */
export interface SuiteSetting {
  readonly options: Options;
  /** Aborted: the case under way ends soon. */
  readonly signal?: AbortSignal;
  /** How a backend comes by its name; by default one of this build's. */
  readonly open?: typeof openBackend;
  /** What the cases of the whole run use together; by default those of this suite. */
  readonly limits?: RunLimits;
  /** Threads that a long exhaustive search may have; 1 by default. */
  readonly threads?: number;
  /** The defects that are known, for the buckets of findings. */
  readonly defects?: readonly KnownDefect[];
  /** Only these of the tests that are selected, counted from 0; by default all. */
  readonly chosen?: readonly number[];
}

type DefineTest = (title: string, body: (this: Mocha.Context) => Promise<void> | void) => Mocha.Test;

/** Mocha's words for a suite and a test, whichever of its interfaces is in use. */
interface Interface {
  describe(title: string, body: (this: Mocha.Suite) => void): void;
  it: DefineTest & { readonly only: DefineTest };
}

/** The interface that Mocha has put into the globals (bdd or tdd). Throws when there is none. */
function currentInterface(): Interface {
  const { describe, it, suite, test } = globalThis as unknown as Record<string, unknown>;
  const words = { describe: describe ?? suite, it: it ?? test };
  if (!words.describe || !words.it) throw new Error('scenario files are run by Mocha with its bdd or tdd interface');
  return words as unknown as Interface;
}

/** Defines the suite of a file. No suite when nothing in it is selected. */
export function defineSuite(file: string, cases: readonly Case[], setting: SuiteSetting): void {
  const { options, signal, chosen, defects, threads, limits = new RunLimits(options) } = setting;
  const selected = selectTests(options, cases);
  const tests = chosen ? chosen.map((i) => selected[i]!) : selected;
  if (tests.length === 0) return;
  if (options.forbidOnly && tests.some(({ c }) => c.only !== undefined))
    return defineBrokenSuite(
      file,
      `${suiteTitle(file)}:1:1: error: a scenario of this file has the key only, which forbidOnly refuses`,
    );
  const { describe, it } = currentInterface();
  // Mocha itself keeps to `only` across its files; where tests were chosen that was done.
  const define = (c: Case): DefineTest => (c.only === undefined || chosen ? it : it.only);
  describe(suiteTitle(file), function () {
    this.file = file;
    // Every run has a limit of steps, or of time where steps can't be counted; a second limit would only hide which.
    this.timeout(0);
    const backends = chooseBackends(this, setting);
    releaseVerdicts(this);
    for (const { c, project } of tests) {
      const test = define(c)(testTitle(c, project, options), async function () {
        const onProgress = (progress: Progress) => attachProgress(this.test!, progress);
        const judged = await runCase(c, {
          ...project,
          ...limits.next(project),
          ...(options.properties && { find: judgeBy(options.properties) }),
          own: ownFiles(options),
          backend: await backends(project),
          coverage: options.coverage,
          onProgress,
          ...(project.name !== project.backend && {
            project: project.name,
            projectNumber: options.projects.indexOf(project),
          }),
          ...(options.keep !== undefined && { keep: options.keep }),
          ...(defects && { defects }),
          ...(threads !== undefined && { threads }),
          ...(signal && { signal }),
        });
        const verdict = options.replays === undefined ? judged : keepReplay(judged, options.replays);
        limits.add(verdict);
        attachVerdict(this.test!, verdict);
        if (verdict.status === 'skip') this.skip();
        if (verdict.status !== 'pass') throw toFailure(verdict);
      });
      test.file = file;
    }
  });
}

/** Defines the suite of a file that can't be loaded: one failing test that says what is wrong with it. */
export function defineBrokenSuite(file: string, diagnostics: string): void {
  const { describe, it } = currentInterface();
  const title = suiteTitle(file);
  describe(title, () => {
    it('is a scenario file', () => {
      throw new CaseFailed(diagnostics, title, { file, line: 1, column: 1 });
    });
  });
}

/** A file's suite is called by its path from where we are, the same on every machine. */
export function suiteTitle(file: string): string {
  return path.relative(process.cwd(), file).split(path.sep).join('/');
}

/** Opens the backend of each project once for the suite, at first use, and lets go of it after the last test. */
function chooseBackends(
  suite: Mocha.Suite,
  { open = openBackend, options }: SuiteSetting,
): (project: Project) => Promise<Backend> {
  const opened = new Map<Project, Promise<Backend>>();
  suite.afterAll('let go of the backends', async () => {
    for (const backend of opened.values()) await (await backend).dispose();
  });
  return (project) => {
    let backend = opened.get(project);
    if (!backend) {
      backend = open(project.backend, {
        allowCommands: options.allowCommands,
        ...ownFiles(options),
        ...engineOptions(project),
      });
      opened.set(project, backend);
    }
    return backend;
  };
}

/**
 * Mocha keeps its tests to the end; a verdict (with its record) has been reported before the afterEach hooks run, and
 * ten thousand of them would not fit. A worker's verdicts are only sent when its file is done.
 */
function releaseVerdicts(suite: Mocha.Suite): void {
  if (process.env['MOCHA_WORKER_ID'] !== undefined) return;
  suite.afterEach('release the verdict', function () {
    if (this.currentTest) delete (this.currentTest as { verdict?: unknown }).verdict;
  });
}
