/** Stages of CRIU that a case never reaches. */
import { CRIU_STAGE_NAMES, type CriuSetup, type CriuStage } from '../../model/criu.ts';
import type { Complain } from '../complain.ts';
import type { Path } from '../source/raw.ts';

/** At these CRIU has not been started. */
export const BEFORE_CRIU: readonly CriuStage[] = ['before-dump', 'before-restore'];
/** A script that fails at these is only logged: CRIU continues (restore_root_task() in cr-restore.c, network_unlock() in net.c). */
const NOTED: readonly CriuStage[] = ['network-unlock', 'pre-resume', 'post-resume'];
const OF_NETWORK: readonly CriuStage[] = ['network-lock', 'network-unlock'];
const OF_NAMESPACES: readonly CriuStage[] = ['setup-namespaces', 'post-setup-namespaces'];

/** Why this stage is never reached; undefined when it may be. `isProgram`: of a program, which makes its namespaces itself. */
export function neverAtStage(
  stage: CriuStage,
  { namespace, namespaces, scriptFails }: Pick<CriuSetup, 'namespace' | 'namespaces' | 'scriptFails'>,
  isProgram = false,
): string | undefined {
  if (OF_NAMESPACES.includes(stage) && namespace === 'host')
    return 'a tree in the namespace of the host has no namespaces to set up (criu: { namespace: own })';
  if (OF_NETWORK.includes(stage) && !isProgram && !namespaces?.includes('net'))
    return 'CRIU locks the network of a tree that has its own (criu: { namespaces: [net] })';
  const earlier = CRIU_STAGE_NAMES.slice(0, CRIU_STAGE_NAMES.indexOf(stage));
  const end = scriptFails.find((failing) => earlier.includes(failing) && ![...BEFORE_CRIU, ...NOTED].includes(failing));
  return end && `the action script fails at ${end}, which ends the call`;
}

/** Complains about stages at which no action script can fail. */
export function checkScripts(
  setup: CriuSetup,
  isProgram: boolean,
  pathOf: (i: number) => Path,
  complain: Complain,
): void {
  setup.scriptFails.forEach((stage, i) => {
    const reason = BEFORE_CRIU.includes(stage)
      ? 'CRIU has not been started then, and runs no action script'
      : neverAtStage(stage, setup, isProgram);
    if (reason) complain({ path: pathOf(i), message: `the action script never fails at ${stage}: ${reason}` });
  });
}
