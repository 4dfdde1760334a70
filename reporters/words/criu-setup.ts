/** How a case disturbs CRIU and its images, besides its faults, in words. Runs in a browser too. */
import type { CriuLimits, CriuSetup, CriuSyscall, ImageChange, MadeEdit } from '../../src/model/criu.ts';
import type { CriuCgroup, CriuFreezerSetup } from '../../src/model/criu-cgroups.ts';
import { optionWords } from '../../src/model/criu-options.ts';
import { count } from './numbers.ts';

/** One line for each thing that goes wrong; `edits` is what a run changed in the images, where that is known. */
export function setupLines(setup: CriuSetup | undefined, edits: readonly MadeEdit[] | undefined): string[] {
  if (!setup) return [];
  const {
    scriptFails,
    faultPoint,
    taken,
    limits,
    rounds,
    options,
    syscalls,
    images,
    parallel,
    rival,
    namespaces,
    cgroup,
    freezer,
    peer,
  } = setup;
  return [
    ...(rounds && rounds.length > 2 ? [`calls: ${rounds.join(', ')}; what goes wrong comes in the last round`] : []),
    ...(namespaces ? [`the root has namespaces of its own: ${namespaces.join(', ')}`] : []),
    ...(cgroup ? [`the tree has a cgroup of its own: ${cgroupWords(cgroup)}`] : []),
    ...(freezer ? [`dump: it freezes the cgroup of the tree${freezerWords(freezer)}`] : []),
    ...(peer ? [`the other end of its connections at ${peer.after}: ${peer.fault}`] : []),
    ...(parallel === undefined ? [] : [`${parallel} restores of the same images at one time`]),
    ...(rival
      ? [`a second CRIU at ${rival.at}: ${rival.call}${rival.fault ? `, ${rival.fault} after ${rival.after}` : ''}`]
      : []),
    ...(faultPoint ? [`${faultPoint.of}: CRIU_FAULT=${faultPoint.number}`] : []),
    ...scriptFails.map((stage) => `the action script fails at ${stage}`),
    ...(['pre-dump', 'dump', 'restore'] as const).flatMap((of) =>
      limitLines(limits[of]).map((words) => `${of}: ${words}`),
    ),
    ...(['dump', 'restore'] as const).flatMap((of) =>
      options?.[of] ? [`${of}: criu ${optionWords(options[of]).join(' ')}`] : [],
    ),
    ...syscalls.map((one) => `${one.of}${one.task === undefined ? '' : ` of ${one.task}`}: ${syscallWords(one)}`),
    ...(edits ?? images).map((edit) => `images: ${editWords(edit)}`),
    ...(taken.length > 0 ? [`restore: another process has pid ${taken.join(', ')}`] : []),
  ];
}

/** `memory 1000, pids 50`. */
function cgroupWords(cgroup: CriuCgroup): string {
  return Object.entries(cgroup)
    .map(([word, value]) => `${word} ${value}`)
    .join(', ');
}

function freezerWords({ fault, after }: CriuFreezerSetup): string {
  return fault === undefined ? '' : `; ${fault} by another process after ${after}`;
}

function limitLines({ pids, files, fileSize, disk }: CriuLimits = {}): string[] {
  return [
    ...(pids === undefined ? [] : [`at most ${count(pids, 'task')}`]),
    ...(files === undefined ? [] : [`at most ${count(files, 'open file')}`]),
    ...(disk === undefined ? [] : [`at most ${count(disk, 'byte')} of images`]),
    ...(fileSize === undefined ? [] : [`at most ${count(fileSize, 'byte')} in a file`]),
  ];
}

function syscallWords({ call, number, every, outcomes, after, errno, signal, short }: CriuSyscall): string {
  const one = call === 'all' ? `system call ${number}` : `${call}() number ${number}`;
  const name = every ? `each ${call === 'all' ? 'system call' : `${call}()`}` : one;
  const which = after === undefined ? name : `${name} after ${after}`;
  if (outcomes) return `${which} ends in each of ${outcomes.join(', ')}`;
  if (short) return `${which} does half of its bytes`;
  return errno === undefined ? `${signal} at ${which}` : `${which} fails with ${errno}`;
}

/** `core-101: field, record 0, path [3,1], nth [0,0], value 7`, in the words of the scenario format. */
function editWords(edit: ImageChange | MadeEdit): string {
  const { kind, ...rest } = edit;
  const file =
    'file' in edit ? edit.file : 'target' in edit ? edit.target : edit.kind === 'edit' ? edit.editor : 'pstree';
  const isNamed = (word: string) => word === 'file' || word === 'target' || (word === 'editor' && kind === 'edit');
  const words = Object.entries(rest).filter(([word]) => !isNamed(word));
  return [`${file}: ${kind}`, ...words.map(([word, value]) => `${word} ${JSON.stringify(value)}`)].join(', ');
}
