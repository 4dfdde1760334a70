/** All that a case makes go wrong: its faults, and what its `criu` section says. One list for all kinds. */
import type { Case, Fault } from './case.ts';
import { type CriuCall, type CriuSetup, callOfStage, type OptionalWord } from './criu.ts';
import { describeRival } from './criu-rival.ts';
import { SERVER_NAMES, SERVER_WORDS } from './criu-servers.ts';
import { type RuntimeSetup, runtimeFaultText } from './runtime.ts';

/** Something that a case makes go wrong. */
export interface DeclaredFault {
  /** The name of a fault; of a word of the `criu` section its path in the file. What RunRecord.fired names. */
  readonly name: string;
  /** Where the file has it, as in `Case.positions`. */
  readonly path: string;
  /** For people: `kill-1`, `the action script that fails at post-dump`. */
  readonly title: string;
  readonly optional: boolean;
  /** Of the list `faults`. */
  readonly fault?: Fault;
  /** The call of CRIU that a word of the `criu` section is about. */
  readonly call?: CriuCall;
}

/** Everything that a case makes go wrong, in the order of the file's words. */
export function declaredFaults({ faults, criu, runtime }: Case): DeclaredFault[] {
  return [
    ...faults.map((fault, i) => ({
      name: fault.name,
      path: `faults.${i}`,
      title: fault.name,
      optional: fault.optional ?? false,
      fault,
    })),
    ...(criu ? ofCriu(criu) : []),
    ...(runtime ? ofRuntime(runtime) : []),
  ];
}

function ofRuntime({ faults }: RuntimeSetup): DeclaredFault[] {
  return faults.map((fault, i) => {
    const path = `runtime.faults.${i}`;
    return { name: path, path, title: runtimeFaultText(fault), optional: fault.optional ?? false };
  });
}

function ofCriu({
  faultPoint,
  scriptFails,
  taken,
  limits,
  syscalls,
  servers = {},
  freezer,
  peer,
  rival,
  images,
  optional,
}: CriuSetup): DeclaredFault[] {
  const isOptional = (word: OptionalWord): boolean => optional?.includes(word) ?? false;
  const one = (path: string, call: CriuCall, title: string, optional = false): DeclaredFault => ({
    name: path,
    path,
    title,
    optional,
    call,
  });
  const point = faultPoint;
  return [
    ...(point
      ? [one('criu.fault-point', point.of, `fault point ${point.number} of the ${point.of}`, point.optional)]
      : []),
    ...scriptFails.map((stage, i) =>
      one(
        `criu.script-fails.${i}`,
        callOfStage(stage),
        `the action script that fails at ${stage}`,
        isOptional('script-fails'),
      ),
    ),
    ...taken.map((pid, i) =>
      one(`criu.taken.${i}`, 'restore', `the process that takes pid ${pid}`, isOptional('taken')),
    ),
    ...(limits['pre-dump']
      ? [one('criu.pre-dump-limits', 'dump', 'the limits of the pre-dump', isOptional('pre-dump-limits'))]
      : []),
    ...(limits.dump ? [one('criu.dump-limits', 'dump', 'the limits of the dump', isOptional('dump-limits'))] : []),
    ...(limits.restore
      ? [one('criu.restore-limits', 'restore', 'the limits of the restore', isOptional('restore-limits'))]
      : []),
    ...syscalls.map(({ of, task, call, number, every, optional }, i) =>
      one(
        `criu.syscalls.${i}`,
        of,
        `${every ? `a system call ${call}` : `system call ${number} (${call})`} of the ${of}${task === undefined ? '' : `, task ${task}`}`,
        optional,
      ),
    ),
    ...(['dump', 'restore'] as const).flatMap((of) => {
      const { fault, after, optional } = servers[of] ?? {};
      const name = SERVER_NAMES[of];
      const words = SERVER_WORDS[name];
      const when = typeof after === 'number' ? `${after} bytes` : after;
      return fault ? [one(`criu.${name}`, of, `${fault} of the ${words} after ${when}`, optional)] : [];
    }),
    ...(peer
      ? [one('criu.peer', callOfStage(peer.after), `${peer.fault} of the peer after ${peer.after}`, peer.optional)]
      : []),
    ...(freezer?.fault
      ? [
          one(
            'criu.freezer',
            callOfStage(freezer.after!),
            `${freezer.fault} of the cgroup after ${freezer.after}`,
            freezer.optional,
          ),
        ]
      : []),
    ...(rival ? [one('criu.rival', callOfStage(rival.at), describeRival(rival), rival.optional)] : []),
    ...images.map(({ optional }, i) => one(`criu.images.${i}`, 'restore', `change ${i + 1} of the images`, optional)),
  ];
}
