/** The plan that `mktrouble campaign plan` is asked for, by its kind. */
import type { Plan } from '../../campaign/plan.ts';
import type { Options } from '../../config/index.ts';
import type { CriuCall } from '../../model/criu.ts';
import type { OutcomeName } from '../../model/syscall-outcomes.ts';
import { complain, type EXIT } from '../exit.ts';
import type { Seeds } from './run-work.ts';

export interface PlanRequest {
  readonly seeds: Seeds;
  /** Milliseconds that a unit should take. */
  readonly unitTime: number;
  /** Runs of fuzzing. */
  readonly fuzz?: number;
  readonly target: string;
  readonly changes: number;
  readonly seed?: string;
  readonly sweep: boolean;
  readonly of?: CriuCall;
  readonly outcomes: readonly OutcomeName[];
  /** The engines of `--criu`, `--runtime` and `--plugin`. */
  readonly criu?: readonly object[];
  readonly runtime?: readonly object[];
  readonly plugin?: readonly object[];
  /** A module with items. */
  readonly work?: string;
}

/** Exit code 2 after what is wrong was printed. Rejects with CampaignError. */
export async function planWork(
  paths: readonly string[],
  request: PlanRequest,
  options: Options,
): Promise<Plan | typeof EXIT.input> {
  const { seeds, unitTime, fuzz, target, changes, seed = '0', sweep, of, outcomes, criu: engines = [], work } = request;
  if (work !== undefined) {
    if (paths.length > 0) return complain('--work takes no scenarios');
    return (await import('./module-work.ts')).planModule(work, seeds, unitTime, options.grep);
  }
  if (fuzz === undefined && !sweep) {
    const { seed: _, ...others } = options;
    return (await import('./run-work.ts')).planRun(others, seeds, unitTime);
  }
  const kind = sweep ? '--sweep' : '--fuzz';
  const [scenario, more] = paths;
  if (more !== undefined) return complain(`${kind} takes one scenario`);
  if (request.runtime || request.plugin)
    return complain(`${kind} is for CRIU alone`, 'leave out --runtime and --plugin');
  if (engines.length > 1) return complain(`${kind} takes one --criu`, 'plan a campaign for each');
  const { allowCommands, criu, known } = options;
  const base = { allowCommands, ...(scenario !== undefined && { scenario }), ...(criu !== undefined && { criu }) };
  if (fuzz !== undefined) {
    const { planFuzz } = await import('./fuzz-work.ts');
    return planFuzz({ ...base, target, changes, seed }, seeds.from, fuzz, unitTime);
  }
  const { planSweep } = await import('./sweep-work.ts');
  const given = { ...base, outcomes: [...outcomes], ...(known !== undefined && { known }), ...(of && { of }) };
  return planSweep(given, unitTime);
}
