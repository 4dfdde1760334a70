/** What `--update` takes, and where it is refused before anything runs. */
import type { Options } from '../../config/index.ts';
import type { PlanOptions } from './plan.ts';

export interface UpdateFlags extends PlanOptions {
  /** Writes without asking. */
  readonly yes: boolean;
}

/** Why expectations cannot be updated here; undefined: they can. */
export function whyNoUpdate({ projects }: Options, environment: NodeJS.ProcessEnv): string | undefined {
  if (isSet(environment['CI'])) return '--update changes expectations for review, and is refused in CI (CI is set)';
  if (projects.some(({ protocol }) => protocol !== undefined))
    return '--update needs the protocol that the scenario names, and --protocol (or the configuration) sets another';
  return undefined;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}
