/** The kind `run`: each case of a suite, on each project, with each seed of a range. */
import path from 'node:path';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Backend } from '../../backends/backend.ts';
import { listImports } from '../../boundary/list-imports.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import type { Group, Plan } from '../../campaign/plan.ts';
import type { Options, Project } from '../../config/index.ts';
import { engineOptions, ownFiles } from '../../config/options.ts';
import { WORKER_SETTINGS } from '../../config/schema.ts';
import { openBackend } from '../../injector/backends.ts';
import { type FindViolations, runCase } from '../../injector/index.ts';
import { knownDefects } from '../../injector/known.ts';
import { findMistake, judgeBy } from '../../injector/own-modules.ts';
import { keepReplay } from '../../mocha/keep-replay.ts';
import { type SelectedTest, selectTests, withOwnBackends } from '../../mocha/select.ts';
import { isProtocolFile } from '../../model/case.ts';
import type { KnownDefect } from '../../model/signature.ts';
import type { Verdict } from '../../record/verdict.ts';
import { findDefectsFile } from '../../scenario/defects.ts';
import type { EXIT } from '../exit.ts';
import { type LoadedFiles, loadPaths } from '../files.ts';
import { caseKey, readHistory } from '../history/store.ts';
import { suggestPath } from '../nearest-path.ts';
import { findStrangeTag, whyUnusable } from '../run/perform.ts';
import { historyFolder } from '../run/record.ts';
import { guessDuration } from '../run/workers.ts';
import { listExecuted } from './consent.ts';
import { hashFiles, parseSettings, type RunOutcome, type Work } from './work.ts';

/** Seeds from `from` on. */
export interface Seeds {
  readonly from: number;
  readonly count: number;
}

interface Test extends SelectedTest {
  readonly file: string;
  readonly key: string;
}

function listTests(loaded: LoadedFiles, options: Options): Test[] {
  return [...loaded].flatMap(([file, { cases }]) =>
    selectTests(options, cases).map((one) => ({ ...one, file, key: caseKey(one.c.id, one.project.name) })),
  );
}

/** The plan of a suite; exit code 2 after its mistakes were printed. Throws CampaignError when nothing is selected. */
export function planRun(given: Options, seeds: Seeds, unitTime: number): Plan | typeof EXIT.input {
  const loaded = loadPaths(given);
  if (typeof loaded === 'number') return loaded;
  const cases = [...loaded.values()].flatMap((one) => one.cases);
  const options = given.own === undefined ? withOwnBackends(given, cases) : given;
  const tests = listTests(loaded, options);
  if (tests.length === 0)
    throw new CampaignError(
      'no case matches --grep and --tag',
      findStrangeTag(loaded, options) ?? 'mktrouble list shows titles and tags',
    );
  const wrong = whyUnusable([...loaded.keys()], options.known);
  if (wrong !== undefined)
    throw new CampaignError(wrong, options.known === undefined ? undefined : suggestPath(options.known));
  const durations = readHistory(historyFolder(options)).cases;
  const groups = tests.map(({ c, project, key }): Group => {
    const cost = durations[key]?.duration ?? guessDuration({ c, backend: project.backend });
    return { name: key, runs: isSeeded(c, project) ? seeds.count : 1, cost: Math.max(cost, 0.1) };
  });
  const files = [...loaded].flatMap(([file, { bases = [] }]) => [
    file,
    ...bases,
    ...(options.known ?? findDefectsFile(path.dirname(file)) ?? []),
  ]);
  const { paths, projects, own, grep, tags, defaults, allowCommands, known } = options;
  const modules = ownFiles(options);
  const settings = { paths, projects, own, grep, tags, defaults, allowCommands, known, ...modules };
  const work = JSON.parse(JSON.stringify(settings));
  return {
    version: 1,
    kind: 'run',
    work,
    files: hashFiles(new Set([...files, ...listModules(options), ...listProtocols(tests)])),
    firstSeed: seeds.from,
    groups,
    unitTime,
  };
}

/** The files of the modules that the runs load, and of what these import. */
function listModules({ projects, ...options }: Options): string[] {
  const backends = projects.flatMap(({ module }) => module ?? []);
  return listImports([...backends, ...Object.values(ownFiles(options)).flat()]);
}

/** The files of the protocols of a user's own that the cases have. */
function listProtocols(tests: readonly Test[]): string[] {
  return tests.map(({ c, project }) => project.protocol ?? c.restart.protocol).filter(isProtocolFile);
}

/** Whether another seed may show something else: a search of everything needs one run. */
function isSeeded({ explore }: SelectedTest['c'], { backend }: Project): boolean {
  return backend !== 'simulated' || (explore?.strategy !== 'exhaustive' && explore?.schedule === undefined);
}

/** What of the options is in a plan. */
const WORK = WORKER_SETTINGS.pick({
  paths: true,
  projects: true,
  own: true,
  grep: true,
  tags: true,
  defaults: true,
  allowCommands: true,
  known: true,
  properties: true,
  faults: true,
  imageEditors: true,
});

/** What of them a plan does not have: workers write no report, and no finding ends them. */
const OTHERS = {
  bail: false,
  failOnSkip: false,
  forbidOnly: false,
  allowFlaky: false,
  failOn: 'any',
  reporters: [],
  records: 'none',
  coverage: false,
} satisfies Partial<Options>;

function readSettings({ work }: Plan): Options {
  return { ...OTHERS, ...parseSettings(WORK, work) } as Options;
}

/** What a plan of this kind has executed that is no part of mktrouble. Throws CampaignError. */
export function executedByRuns(plan: Plan): string[] {
  const { allowCommands, projects, ...settings } = readSettings(plan);
  return listExecuted(allowCommands, projects, ownFiles(settings));
}

/** Loads the same cases. Throws CampaignError when they are others. */
export function openRunWork(plan: Plan, folder: string): Work {
  const options = readSettings(plan);
  const mistake = findMistake(options);
  if (mistake) throw new CampaignError(mistake.message, mistake.hint);
  const loaded = loadPaths(options, 'errors only');
  if (typeof loaded === 'number') throw new CampaignError('the scenarios of the campaign cannot be loaded here');
  const tests = listTests(loaded, options);
  if (tests.length !== plan.groups.length || tests.some(({ key }, i) => key !== plan.groups[i]!.name))
    throw new CampaignError('this version of mktrouble has other cases than the campaign', 'plan it again');
  return new RunWork(plan, options, tests, folder);
}

class RunWork implements Work {
  readonly #plan: Plan;
  readonly #options: Options;
  readonly #find: FindViolations;
  readonly #tests: readonly Test[];
  readonly #folder: string;
  readonly #backends = new Map<Project, Promise<Backend>>();
  readonly #defects = new Map<string, readonly KnownDefect[]>();
  /** Findings whose replay file was written. */
  readonly #kept = new Set<string>();
  #turn = 0;

  constructor(plan: Plan, options: Options, tests: readonly Test[], folder: string) {
    this.#plan = plan;
    this.#options = options;
    this.#find = judgeBy(options.properties);
    this.#tests = tests;
    this.#folder = folder;
  }

  async perform(group: number, run: number, signal: AbortSignal): Promise<RunOutcome> {
    const { c, project, file, key } = this.#tests[group]!;
    const seed = String(this.#plan.firstSeed + run);
    // A case of some milliseconds does not wait for anything.
    if (++this.#turn % 32 === 0) await yieldToEvents();
    const verdict = await runCase(c, {
      ...project,
      ...(this.#plan.groups[group]!.runs > 1 && { seed }),
      find: this.#find,
      own: ownFiles(this.#options),
      backend: await this.#open(project),
      defects: this.#findDefects(file),
      signal,
    });
    return this.#outcome(verdict, key);
  }

  #outcome(verdict: Verdict, key: string): RunOutcome {
    const { status, bucket, seed, reason } = verdict;
    const isBroken = status === 'error';
    if ((status !== 'fail' && status !== 'flaky') || !bucket)
      return { status, found: [], ...(isBroken && { broken: `${key}, seed ${seed}: ${reason}` }) };
    // One replay file for each finding of this worker.
    const { replay } = this.#kept.has(bucket.id) ? verdict : keepReplay(verdict, this.#folder);
    this.#kept.add(bucket.id);
    const { id, signature, state } = bucket;
    return {
      status,
      found: [{ id, signature, state, case: key, seed, ...(replay !== undefined && { file: replay }) }],
    };
  }

  #open(project: Project): Promise<Backend> {
    let backend = this.#backends.get(project);
    if (!backend) {
      const { allowCommands, faults, imageEditors } = this.#options;
      backend = openBackend(project.backend, {
        allowCommands,
        ...(faults && { faults }),
        ...(imageEditors && { imageEditors }),
        ...engineOptions(project),
      });
      this.#backends.set(project, backend);
    }
    return backend;
  }

  #findDefects(file: string): readonly KnownDefect[] {
    let defects = this.#defects.get(file);
    if (!defects) {
      const found = knownDefects(file, this.#options.known);
      if (typeof found === 'string') throw new CampaignError(found);
      defects = found;
      this.#defects.set(file, defects);
    }
    return defects;
  }

  async dispose(): Promise<void> {
    for (const backend of this.#backends.values()) await (await backend).dispose();
  }
}
