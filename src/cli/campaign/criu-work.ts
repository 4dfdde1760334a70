/** What campaigns of CRIU have in common: a case that is run again and again, each time with something else that goes wrong. */
import * as z from 'zod';
import { isBadSurroundings } from '../../backends/backend.ts';
import { type CriuBackend, criu } from '../../backends/criu/index.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import { whyNot } from '../../injector/index.ts';
import type { Case } from '../../model/case.ts';
import { FuzzError, readBase } from '../fuzz/base.ts';
import { listExecuted } from './consent.ts';
import { shortText } from './work.ts';

/** What a unit of such a campaign needs to know. */
export const CRIU_SETTINGS = {
  /** The scenario whose first case is run; by default a small tree. */
  scenario: shortText.optional(),
  allowCommands: z.boolean(),
  criu: shortText.optional(),
};

interface CriuSettings {
  readonly scenario?: string | undefined;
  readonly allowCommands: boolean;
  readonly criu?: string | undefined;
}

/** Milliseconds of a run of CRIU, about. */
export const CRIU_COST = 300;

/** What such a campaign has executed that is no part of mktrouble. */
export function executedByCriu({ allowCommands, criu: engine }: CriuSettings): string[] {
  return listExecuted(allowCommands, engine === undefined ? [] : [{ criu: engine }]);
}

/** Opens CRIU for the case, which has this title without a scenario. When `use` rejects, CRIU is closed. Rejects with CampaignError when it cannot be used here. */
export async function openCriu<T>(
  { scenario, allowCommands, criu: engine }: CriuSettings,
  title: string,
  use: (backend: CriuBackend, base: Case) => Promise<T>,
): Promise<T> {
  const backend = criu({ allowCommands, ...(engine !== undefined && { criu: engine }) });
  try {
    const base = readBase(scenario, title);
    const reason = await whyNot(backend, base);
    if (reason !== undefined) throw new CampaignError(reason);
    return await use(backend, base);
  } catch (error) {
    await backend.dispose();
    if (error instanceof FuzzError) throw new CampaignError(error.message, error.hint);
    throw isBadSurroundings(error) ? new CampaignError(error.message) : error;
  }
}
