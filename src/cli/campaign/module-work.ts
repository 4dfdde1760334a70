/** The kind `module`: the items of a user's own work, a run for each with each seed. */
import path from 'node:path';
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import * as z from 'zod';
import { listImports } from '../../boundary/list-imports.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import { MAX_LIMIT, type Plan } from '../../campaign/plan.ts';
import { type Found, MAX_TEXT } from '../../campaign/results.ts';
import { isMistake } from '../../config/own-backend.ts';
import { readUserModule } from '../../injector/user-module.ts';
import { hashSignature } from '../../model/signature.ts';
import { suggestPath } from '../nearest-path.ts';
import * as kit from './own.ts';
import { hashFiles, parseSettings, type RunOutcome, shortText, type Work } from './work.ts';

const EXPECTED =
  "export default defineWork({ contract: 1, name: 'mine', items: () => [{ name: 'a' }], run: (name) => ({}) })";
/** Milliseconds that an item takes, about, where the module does not say. */
const COST = 1000;
/** Milliseconds that an item may take, by default. */
const LIMIT = 60_000;

/** What a unit needs to know. */
const MODULE = z.strictObject({ module: shortText });

const ITEMS = z
  .array(z.object({ name: z.string().min(1).max(10_000), cost: z.number().positive().optional() }))
  .min(1)
  .max(1_000_000);

const OUTCOME = z.object({
  status: z.enum(['pass', 'fail', 'incomplete', 'skip']).optional(),
  findings: z
    .array(
      z.object({
        property: shortText.min(1),
        place: shortText.default(''),
        shape: shortText.default(''),
        file: shortText.optional(),
      }),
    )
    .max(1000)
    .default([]),
  value: z.unknown(),
});

/** The work in a file. Throws CampaignError. */
function readWork(file: string): kit.OwnWork {
  const module = readUserModule<kit.OwnWork>(file, {
    noun: 'work',
    kit: { 'mktrouble/work': kit },
    version: kit.WORK_CONTRACT_VERSION,
    hint: `the contract is docs/campaigns.md: ${EXPECTED}`,
    does: 'run',
    whyNone: ({ items, limit = LIMIT, files = [] }) => {
      if (typeof items !== 'function') return 'its work has no function `items`';
      if (!(limit > 0 && limit <= MAX_LIMIT)) return `its \`limit\` is not of 1 to ${MAX_LIMIT} milliseconds`;
      return Array.isArray(files) ? undefined : 'its `files` are no list';
    },
  });
  if (isMistake(module)) throw new CampaignError(module.message, suggestPath(file) ?? module.hint);
  return module;
}

/** The plan of the items whose names match `grep`, each with each seed. Rejects with CampaignError. */
export async function planModule(
  file: string,
  seeds: { readonly from: number; readonly count: number },
  unitTime: number,
  grep = '',
): Promise<Plan> {
  const work = readWork(file);
  const { files = [], limit } = work;
  const wanted = new RegExp(grep);
  const items = (await listItems(file, work)).filter(({ name }) => wanted.test(name));
  if (items.length === 0) throw new CampaignError('no item matches --grep');
  const hashed = listImports([file, ...files.map((one) => path.resolve(path.dirname(file), one))]);
  return {
    version: 1,
    kind: 'module',
    work: { module: path.relative(process.cwd(), path.resolve(file)) },
    files: hashFiles(hashed),
    firstSeed: seeds.from,
    groups: items.map(({ name, cost = COST }) => ({ name, runs: seeds.count, cost })),
    unitTime,
    ...(limit !== undefined && { limit }),
  };
}

async function listItems(file: string, work: kit.OwnWork): Promise<readonly kit.WorkItem[]> {
  let given: unknown;
  try {
    given = await work.items();
  } catch (error) {
    throw new CampaignError(`${file}: its items cannot be listed: ${describeError(error)}`);
  }
  const { data, error } = ITEMS.safeParse(given);
  if (error) throw new CampaignError(`${file}: its items are none: ${z.prettifyError(error)}`);
  const names = new Set<string>();
  for (const { name } of data) {
    if (names.has(name)) throw new CampaignError(`${file}: two of its items have the name ${name}`);
    names.add(name);
  }
  return data as readonly kit.WorkItem[];
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What a plan of this kind has executed that is no part of mktrouble. Throws CampaignError. */
export function executedByModule({ work }: Plan): string[] {
  return [`the work ${parseSettings(MODULE, work).module}`];
}

/** Loads the module. Throws CampaignError. */
export function openModuleWork(plan: Plan, folder: string): Work {
  return new ModuleWork(plan, readWork(parseSettings(MODULE, plan.work).module), folder);
}

class ModuleWork implements Work {
  readonly #plan: Plan;
  readonly #own: kit.OwnWork;
  readonly #folder: string;

  constructor(plan: Plan, own: kit.OwnWork, folder: string) {
    this.#plan = plan;
    this.#own = own;
    this.#folder = folder;
  }

  async perform(group: number, run: number, signal: AbortSignal): Promise<RunOutcome> {
    const { name } = this.#plan.groups[group]!;
    const seed = String(this.#plan.firstSeed + run);
    // Signs of life, and a claim that is renewed, also where items wait for nothing.
    await yieldToEvents();
    try {
      return readOutcome(name, seed, await this.#run(name, seed, signal));
    } catch (error) {
      return { status: 'error', found: [], broken: `${name}, seed ${seed}: ${describeError(error)}` };
    }
  }

  /** Rejects when it takes longer than the limit; when the worker has to end, it need not end before. */
  #run(name: string, seed: string, signal: AbortSignal): Promise<unknown> {
    const { limit = LIMIT } = this.#plan;
    const ended = new AbortController();
    return new Promise((resolve, reject) => {
      const end = (error: Error): void => {
        ended.abort();
        reject(error);
      };
      const stop = (): void => end(new Error('it was stopped'));
      const timer = setTimeout(() => end(new Error(`it took longer than ${limit / 1000} s`)), limit);
      signal.addEventListener('abort', stop, { once: true });
      Promise.resolve()
        .then(() => this.#own.run(name, { seed, signal: ended.signal, folder: this.#folder }))
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          signal.removeEventListener('abort', stop);
        });
    });
  }

  async dispose(): Promise<void> {
    await this.#own.dispose?.();
  }
}

/** Throws for what is no outcome. */
function readOutcome(name: string, seed: string, given: unknown): RunOutcome {
  const { data, error } = OUTCOME.safeParse(given ?? {});
  if (error) throw new Error(`it gave no outcome: ${z.prettifyError(error)}`);
  const { findings, status = findings.length > 0 ? 'fail' : 'pass', value } = data;
  const found = findings.map(({ file, ...signature }): Omit<Found, 'times'> => {
    const id = hashSignature(signature);
    return { id, signature, state: 'new', case: name, seed, ...(file !== undefined && { file }) };
  });
  const json = JSON.stringify(value);
  if (json === undefined) return { status, found };
  if (json.length > MAX_TEXT) throw new Error(`its value has more than ${MAX_TEXT} characters`);
  return { status, found, value: { case: name, seed, json } };
}
