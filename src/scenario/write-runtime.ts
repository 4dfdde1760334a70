/** How a container runtime is used in a case, as the words of a scenario; defaults are left out. */
import { LOW_LEVEL_NAMES, type RuntimeFault, type RuntimeMount, type RuntimeSetup } from '../model/runtime.ts';
import { oneOrAll } from './resolve/lists.ts';
import { DEFAULT_ROUNDS } from './resolve/runtime.ts';
import type { Document } from './schema/document.ts';

type Words = NonNullable<Document['runtime']>;
type FaultWords = Exclude<NonNullable<Words['faults']>, readonly unknown[]>;

/** The `runtime` section that loads to this setup. */
export function writeRuntime(setup: RuntimeSetup): Words {
  const { name, version, rounds, network, pid, mounts, limits, rootless, options, faults, repeat, limit } = setup;
  const { settings, lowLevel, images, capabilities } = setup;
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(String(rounds) === String(DEFAULT_ROUNDS) ? {} : { rounds: [...rounds] }),
    ...(network === 'shared' ? {} : { network }),
    ...(pid === undefined ? {} : { pid }),
    ...(mounts === undefined ? {} : { mounts: oneOrAll(mounts.map(writeMount)) }),
    ...(limits === undefined ? {} : { limits: { ...limits } }),
    ...(settings === undefined ? {} : { settings: oneOrAll([...settings]) }),
    ...(lowLevel === undefined || lowLevel === LOW_LEVEL_NAMES[0] ? {} : { 'low-level': lowLevel }),
    ...(images === undefined ? {} : { images }),
    ...(rootless ? { rootless } : {}),
    ...(capabilities === undefined ? {} : { capabilities: oneOrAll([...capabilities]) }),
    ...(options.checkpoint.length === 0 ? {} : { 'checkpoint-options': oneOrAll([...options.checkpoint]) }),
    ...(options.restore.length === 0 ? {} : { 'restore-options': oneOrAll([...options.restore]) }),
    ...(faults.length === 0 ? {} : { faults: oneOrAll(faults.map(writeFault)) }),
    ...(repeat === 1 ? {} : { repeat }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function writeMount({ kind, folder, readOnly }: RuntimeMount) {
  return { [kind]: folder, ...(readOnly && { 'read-only': true }) };
}

function writeFault({ kind, value, number, errno, isOfRuntime, ...rest }: RuntimeFault): FaultWords {
  return {
    [kind]: value,
    ...rest,
    ...(isOfRuntime && kind !== 'fail' && { 'counted-in': 'runtime' as const }),
    ...(number === undefined || number === 1 ? {} : { number }),
    ...(errno === undefined || errno === 'EIO' ? {} : { errno }),
  };
}
