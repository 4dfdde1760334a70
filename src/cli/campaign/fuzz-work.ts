/** The kind `fuzz`: restores images of one checkpoint, changed as a seed and the number of the run determine. */
import * as z from 'zod';
import type { CriuBackend } from '../../backends/criu/index.ts';
import type { Plan } from '../../campaign/plan.ts';
import type { Case } from '../../model/case.ts';
import { hashSignature } from '../../model/signature.ts';
import { judge } from '../../properties/index.ts';
import { signViolation } from '../../properties/signature.ts';
import { FuzzError } from '../fuzz/base.ts';
import { changedCase, played, saveFinding } from '../fuzz/campaign.ts';
import { CRIU_COST, CRIU_SETTINGS, executedByCriu, openCriu } from './criu-work.ts';
import { hashFiles, parseSettings, type RunOutcome, shortText, type Work } from './work.ts';

/** What a unit of fuzzing needs to know. */
const FUZZ = z.strictObject({
  ...CRIU_SETTINGS,
  target: shortText,
  seed: shortText,
  changes: z.int().min(1),
});

export type FuzzSettings = Readonly<z.infer<typeof FUZZ>>;

/** The plan of so many runs. */
export function planFuzz(settings: FuzzSettings, firstSeed: number, runs: number, unitTime: number): Plan {
  const { scenario } = settings;
  return {
    version: 1,
    kind: 'fuzz',
    work: JSON.parse(JSON.stringify(settings)),
    files: scenario === undefined ? {} : hashFiles([scenario]),
    firstSeed,
    groups: [{ name: scenario ?? 'fuzz', runs, cost: CRIU_COST }],
    unitTime,
  };
}

/** What a plan of this kind has executed that is no part of mktrouble. Throws CampaignError. */
export function executedByFuzzing({ work }: Plan): string[] {
  return executedByCriu(parseSettings(FUZZ, work));
}

/** Throws CampaignError when CRIU cannot be used here. */
export async function openFuzzWork({ work, firstSeed }: Plan, folder: string): Promise<Work> {
  const settings = parseSettings(FUZZ, work);
  return openCriu(
    settings,
    'Changed images',
    async (backend, base) => new FuzzWork(backend, base, settings, firstSeed, folder),
  );
}

class FuzzWork implements Work {
  readonly #backend: CriuBackend;
  readonly #base: Case;
  readonly #settings: FuzzSettings;
  readonly #firstSeed: number;
  readonly #folder: string;
  readonly #kept = new Set<string>();

  constructor(backend: CriuBackend, base: Case, settings: FuzzSettings, firstSeed: number, folder: string) {
    this.#backend = backend;
    this.#base = base;
    this.#settings = settings;
    this.#firstSeed = firstSeed;
    this.#folder = folder;
  }

  async perform(_group: number, run: number): Promise<RunOutcome> {
    const number = this.#firstSeed + run;
    const c = changedCase(this.#base, this.#settings, number);
    const { seed } = this.#settings;
    try {
      const record = await played(this.#backend, { case: c, protocol: 'series', seed, maxSteps: 1 });
      const found = judge(c, record).map((violation) => {
        const signature = signViolation(c, record, violation);
        const id = hashSignature(signature);
        const file = this.#kept.has(id) ? undefined : saveFinding(this.#folder, this.#base, record, violation);
        this.#kept.add(id);
        const one = { id, signature, state: 'new', case: this.#base.id, seed: `${seed} ${number}` } as const;
        return { ...one, ...(file !== undefined && { file }) };
      });
      return { status: found.length > 0 ? 'fail' : 'pass', found };
    } catch (error) {
      const what = error instanceof FuzzError ? error.message : ((error as Error).stack ?? String(error));
      return { status: 'error', found: [], broken: `run ${number}: ${what}` };
    }
  }

  async dispose(): Promise<void> {
    await this.#backend.dispose();
  }
}
