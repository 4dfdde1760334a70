/** The kind `sweep`: each system call of CRIU ends in each way that it can, a run for each. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { CriuBackend } from '../../backends/criu/index.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import type { Plan } from '../../campaign/plan.ts';
import { knownDefects } from '../../injector/known.ts';
import type { Case } from '../../model/case.ts';
import type { CriuCall, CriuSyscall } from '../../model/criu.ts';
import { findBucket, type KnownDefect } from '../../model/signature.ts';
import { OUTCOMES } from '../../model/syscall-outcomes.ts';
import { signFinding } from '../../properties/signature.ts';
import { findDefectsFile } from '../../scenario/defects.ts';
import { describeCall, listCalls, listOutcomes, runSwept, saveSwept } from '../fuzz/sweep.ts';
import { suggestPath } from '../nearest-path.ts';
import { CRIU_COST, CRIU_SETTINGS, executedByCriu, openCriu } from './criu-work.ts';
import { hashFiles, parseSettings, type RunOutcome, shortText, type Work } from './work.ts';

const TITLE = 'System calls that fail';

/** What the command line says of a sweep. */
const GIVEN = {
  ...CRIU_SETTINGS,
  outcomes: z.array(z.enum(OUTCOMES)).min(1),
  known: shortText.optional(),
};

/** What a unit of a sweep needs to know. */
const SWEEP = z.strictObject({
  ...GIVEN,
  /** The calls of the run that was looked at when the campaign was planned: no two runs make quite the same. */
  calls: z
    .array(
      z.strictObject({
        of: z.enum(['dump', 'restore']),
        task: z.int().min(0).optional(),
        call: shortText,
        number: z.int().min(1),
      }),
    )
    .max(1_000_000),
});

type SweepSettings = z.infer<typeof SWEEP>;

/** The plan of a sweep: CRIU is run once, for the system calls that it makes. Rejects with CampaignError. */
export async function planSweep(
  given: Omit<SweepSettings, 'calls'> & { readonly of?: CriuCall },
  unitTime: number,
): Promise<Plan> {
  const { of, ...settings } = given;
  const { scenario, outcomes, known } = settings;
  if (known !== undefined && !existsSync(known)) throw new CampaignError(`no such file: ${known}`, suggestPath(known));
  const defects = known ?? findDefectsFile(path.dirname(scenario ?? 'sweep.yaml'));
  return openCriu(settings, TITLE, async (backend, base) => {
    const calls = await listCalls(backend, base, of);
    await backend.dispose();
    return {
      version: 1,
      kind: 'sweep',
      work: JSON.parse(JSON.stringify({ ...settings, calls })),
      files: hashFiles([scenario, defects].filter((file) => file !== undefined)),
      firstSeed: 0,
      groups: [{ name: scenario ?? 'sweep', runs: listOutcomes(calls, outcomes).length, cost: CRIU_COST }],
      unitTime,
    };
  });
}

/** What a plan of this kind has executed that is no part of mktrouble. Throws CampaignError. */
export function executedBySweep({ work }: Plan): string[] {
  return executedByCriu(parseSettings(SWEEP, work));
}

/** Rejects with CampaignError when CRIU cannot be used here. */
export async function openSweepWork({ work, groups }: Plan, folder: string): Promise<Work> {
  const settings = parseSettings(SWEEP, work);
  const { scenario, calls, outcomes, known } = settings;
  const all = listOutcomes(calls as Parameters<typeof listOutcomes>[0], outcomes);
  if (all.length !== groups[0]!.runs)
    throw new CampaignError('this version of mktrouble has other outcomes than the campaign', 'plan it again');
  const defects = knownDefects(scenario ?? 'sweep.yaml', known);
  if (typeof defects === 'string') throw new CampaignError(defects);
  return openCriu(settings, TITLE, async (backend, base) => new SweepWork(backend, base, all, defects, folder));
}

class SweepWork implements Work {
  readonly #backend: CriuBackend;
  readonly #base: Case;
  readonly #all: readonly CriuSyscall[];
  readonly #defects: readonly KnownDefect[];
  readonly #folder: string;
  readonly #kept = new Set<string>();

  constructor(
    backend: CriuBackend,
    base: Case,
    all: readonly CriuSyscall[],
    defects: readonly KnownDefect[],
    folder: string,
  ) {
    this.#backend = backend;
    this.#base = base;
    this.#all = all;
    this.#defects = defects;
    this.#folder = folder;
  }

  async perform(_group: number, run: number): Promise<RunOutcome> {
    try {
      const swept = await runSwept(this.#backend, this.#base, this.#all, run);
      const { case: c, one, record, violations } = swept;
      // The call was not met again: some depend on timing.
      if (!violations) return { status: 'skip', found: [] };
      const signature = signFinding(c, record, violations);
      if (!signature) return { status: 'pass', found: [] };
      const { id, state } = findBucket(signature, this.#defects);
      const file = this.#kept.has(id) ? undefined : saveSwept(this.#folder, swept, signature.property, violations);
      this.#kept.add(id);
      const found = { id, signature, state, case: describeCall(one), seed: '0', ...(file !== undefined && { file }) };
      return { status: 'fail', found: [found] };
    } catch (error) {
      return { status: 'error', found: [], broken: `run ${run}: ${(error as Error).stack ?? String(error)}` };
    }
  }

  async dispose(): Promise<void> {
    await this.#backend.dispose();
  }
}
