/** Stages of CRIU that a case never reaches. */
import { CRIU_STAGE_NAMES, type CriuSetup, type CriuStage } from '../../model/criu.ts';
import type { Complain } from '../complain.ts';
import type { Path } from '../source/raw.ts';

/** At these CRIU has not been started. */
export const BEFORE_CRIU: readonly CriuStage[] = ['before-dump', 'before-restore'];
/** A script that fails at these is only logged: CRIU continues (cr-restore.c, restore_root_task()). */
const NOTED: readonly CriuStage[] = ['pre-resume', 'post-resume'];
const OF_NAMESPACES: readonly CriuStage[] = ['setup-namespaces', 'post-setup-namespaces'];

/** Why this stage is never reached; undefined when it may be. */
export function neverAtStage(
  stage: CriuStage,
  { namespace, scriptFails }: Pick<CriuSetup, 'namespace' | 'scriptFails'>,
): string | undefined {
  if (OF_NAMESPACES.includes(stage) && namespace === 'host')
    return 'a tree in the namespace of the host has no namespaces to set up (criu: { namespace: own })';
  const earlier = CRIU_STAGE_NAMES.slice(0, CRIU_STAGE_NAMES.indexOf(stage));
  const end = scriptFails.find((failing) => earlier.includes(failing) && ![...BEFORE_CRIU, ...NOTED].includes(failing));
  return end && `the action script fails at ${end}, which ends the call`;
}

/** Complains about stages at which no action script can fail. */
export function checkScripts(setup: CriuSetup, pathOf: (i: number) => Path, complain: Complain): void {
  setup.scriptFails.forEach((stage, i) => {
    const reason = BEFORE_CRIU.includes(stage)
      ? 'CRIU has not been started then, and runs no action script'
      : neverAtStage(stage, setup);
    if (reason) complain({ path: pathOf(i), message: `the action script never fails at ${stage}: ${reason}` });
  });
}
