/** How a container runtime is used in a case, with every default written out. */
import { STAGES_OF } from '../../model/criu.ts';
import {
  LOW_LEVEL_NAMES,
  RESTORING_CALLS,
  RUNTIME_FAULTS,
  type RuntimeCall,
  type RuntimeFault,
  type RuntimeFaultKind,
  type RuntimeMount,
  type RuntimeSetup,
  SAVING_CALLS,
} from '../../model/runtime.ts';
import { SYSCALL_NAMES } from '../../model/syscalls.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import type { Path } from '../source/raw.ts';
import { toList } from './lists.ts';

type Words = Checked<'runtime'>;
type MountWords = Exclude<NonNullable<Words['mounts']>, readonly unknown[]>;
type FaultWords = Exclude<NonNullable<Words['faults']>, readonly unknown[]>;

const KINDS = Object.keys(RUNTIME_FAULTS) as RuntimeFaultKind[];
export const DEFAULT_ROUNDS: readonly RuntimeCall[] = ['checkpoint', 'restore'];
/** The kinds that a word goes with. */
const COMPANIONS: Readonly<
  Record<'call' | 'number' | 'counted-in' | 'stage' | 'errno' | 'damage', readonly RuntimeFaultKind[]>
> = {
  call: ['kill', 'stop', 'fail'],
  number: ['kill', 'stop', 'fail'],
  'counted-in': ['kill', 'stop'],
  stage: ['kill', 'stop'],
  errno: ['fail'],
  damage: ['image'],
};

/** The setup of a case for a runtime; undefined when it names none. */
export function resolveRuntime(words: Words, complain: Complain): RuntimeSetup | undefined {
  const { name, version = 'any', rounds = DEFAULT_ROUNDS, network = 'shared', repeat = 1, limit } = words;
  if (name === undefined) return undefined;
  checkRounds(rounds, complain);
  const at = (i: number): Path => ['runtime', 'faults', ...(Array.isArray(words.faults) ? [i] : [])];
  const faults = toList<FaultWords>(words.faults).map((one, i) => resolveFault(one, rounds, at(i), complain));
  const mounts = toList<MountWords>(words.mounts).map((one, i) =>
    resolveMount(one, ['runtime', 'mounts', ...(Array.isArray(words.mounts) ? [i] : [])], complain),
  );
  checkFolders(mounts, complain);
  if (words.pid !== 'shared')
    faults.forEach((fault, i) => {
      if (fault?.kind !== 'pid') return;
      const message = 'no process outside has a pid of a pid namespace of its own';
      complain({ path: [...at(i), 'pid'], message, expected: 'pid: shared beside it in runtime' });
    });
  const lowLevel = words['low-level'];
  if (lowLevel !== undefined && name !== 'podman')
    complain({
      path: ['runtime', 'low-level'],
      part: 'key',
      message: `${name} has no runtime below it`,
      expected: 'name: podman beside low-level',
    });
  const capabilities = toList(words.capabilities);
  if (capabilities.length > 0 && !words.rootless)
    complain({
      path: ['runtime', 'capabilities'],
      part: 'key',
      message: 'root has every capability',
      expected: 'rootless: true beside capabilities',
    });
  const settings = toList(words.settings);
  const { memory, pids, cpu } = words.limits ?? {};
  return {
    name,
    ...(version !== 'any' && { version }),
    rounds,
    network,
    ...(words.pid === 'shared' && { pid: words.pid }),
    ...(mounts.length > 0 && { mounts: mounts.filter((one) => one !== undefined) }),
    ...(words.limits && {
      limits: {
        ...(memory !== undefined && { memory }),
        ...(pids !== undefined && { pids }),
        ...(cpu !== undefined && { cpu }),
      },
    }),
    ...(settings.length > 0 && { settings }),
    ...(name === 'podman' && { lowLevel: lowLevel ?? LOW_LEVEL_NAMES[0] }),
    ...(words.images === 'kept' && { images: words.images }),
    ...(words.rootless && { rootless: true as const }),
    ...(capabilities.length > 0 && { capabilities }),
    options: { checkpoint: toList(words['checkpoint-options']), restore: toList(words['restore-options']) },
    faults: faults.filter((fault) => fault !== undefined),
    repeat,
    ...(limit !== undefined && { limit }),
  };
}

function resolveMount(words: MountWords, path: Path, complain: Complain): RuntimeMount | undefined {
  const { tmpfs, bind, 'read-only': readOnly } = words;
  const folder = bind ?? tmpfs;
  if (folder === undefined || (bind !== undefined && tmpfs !== undefined)) {
    complain({
      path,
      message: 'a mount is exactly one of tmpfs and bind',
      expected: 'tmpfs: /scratch, or bind: /data',
    });
    return undefined;
  }
  if (readOnly && bind === undefined)
    complain({ path: [...path, 'read-only'], part: 'key', message: 'read-only belongs to bind, not to tmpfs' });
  return { kind: bind === undefined ? 'tmpfs' : 'bind', folder, ...(readOnly && { readOnly: true }) };
}

/** No mount hides another. */
function checkFolders(mounts: readonly (RuntimeMount | undefined)[], complain: Complain): void {
  const all = mounts.flatMap((mount) => mount?.folder ?? []);
  const hidden = all.findIndex((one, i) => all.some((other, j) => i !== j && `${one}/`.startsWith(`${other}/`)));
  if (hidden !== -1)
    complain({ path: ['runtime', 'mounts'], message: `${all[hidden]} is in the folder of another mount` });
}

/** There are images before they are restored. */
function checkRounds(rounds: readonly RuntimeCall[], complain: Complain): void {
  const saved = rounds.findIndex((call) => call === 'checkpoint' || call === 'leave-running');
  const restored = rounds.findIndex((call) => RESTORING_CALLS.has(call));
  if (restored === -1 || (saved !== -1 && saved < restored)) return;
  complain({
    path: ['runtime', 'rounds'],
    message: 'there is nothing to restore',
    expected: 'checkpoint or leave-running before the first restore',
  });
}

function resolveFault(
  words: FaultWords,
  rounds: readonly RuntimeCall[],
  path: Path,
  complain: Complain,
): RuntimeFault | undefined {
  const given = KINDS.filter((kind) => words[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const message = kind === undefined ? 'a fault without a kind' : `a fault with ${given.join(' and ')}`;
    complain({ path, message, expected: `one of ${KINDS.join(', ')}` });
    return undefined;
  }
  for (const [word, kinds] of Object.entries(COMPANIONS) as [keyof typeof COMPANIONS, RuntimeFaultKind[]][]) {
    if (words[word] === undefined || kinds.includes(kind)) continue;
    complain({ path: [...path, word], message: `${word} does not go with ${kind}`, expected: kinds.join(' or ') });
  }
  const needed = { fail: 'call', image: 'damage' } as const;
  const missing = kind === 'fail' || kind === 'image' ? needed[kind] : undefined;
  if (missing !== undefined && words[missing] === undefined)
    complain({ path, message: `${kind} needs ${missing}`, expected: `${missing} beside ${kind}` });
  if (words.call !== undefined && !SYSCALL_NAMES.includes(words.call))
    complain(unknown([...path, 'call'], 'system call', words.call, () => SYSCALL_NAMES));
  if (words.number !== undefined && words.call === undefined)
    complain({ path: [...path, 'number'], message: 'number needs call', expected: 'call beside number' });
  const counted = words['counted-in'];
  if (counted !== undefined && words.call === undefined)
    complain({
      path: [...path, 'counted-in'],
      message: 'counted-in needs call',
      expected: 'call beside counted-in',
    });
  checkStage(words, path, complain);
  if (!rounds.includes(words.of))
    complain({
      path: [...path, 'of'],
      message: `rounds has no ${words.of}`,
      expected: [...new Set(rounds)].join(' or '),
    });
  const { call, number, stage, errno, damage, optional } = words;
  return {
    kind,
    value: words[kind]!,
    of: words.of,
    ...(call !== undefined && { call, number: number ?? 1 }),
    ...((counted ?? words.fail) === 'runtime' && { isOfRuntime: true as const }),
    ...(stage !== undefined && { stage }),
    ...(kind === 'fail' && { errno: errno ?? 'EIO' }),
    ...(damage !== undefined && { damage }),
    ...(optional && { optional }),
  };
}

/** A stage is one of the call, and comes once: no system call is counted. */
function checkStage({ stage, call, of }: FaultWords, path: Path, complain: Complain): void {
  if (stage === undefined) return;
  if (call !== undefined)
    complain({
      path: [...path, 'stage'],
      message: 'a fault is at a stage or at a system call',
      expected: 'stage or call',
    });
  const stages = SAVING_CALLS.has(of) ? STAGES_OF.dump : RESTORING_CALLS.has(of) ? STAGES_OF.restore : [];
  if (!stages.includes(stage))
    complain({
      path: [...path, 'stage'],
      message: `CRIU has no stage ${stage} in a ${of}`,
      expected: stages.join(' or ') || 'a call that saves or restores',
    });
}
