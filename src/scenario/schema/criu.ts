/** A dump and a restore by CRIU: how CRIU is used, and what goes wrong there. */
import * as z from 'zod';
import { ABSENT, type CriuCall, OPTIONAL_WORDS } from '../../model/criu.ts';
import { CGROUP_VERSIONS } from '../../model/criu-cgroups.ts';
import { CRIU_NAMESPACE_NAMES, CRIU_NAMESPACES } from '../../model/criu-namespaces.ts';
import { CRIU_OPTIONS, type CriuOption } from '../../model/criu-options.ts';
import { RIVAL_FAULT_NAMES, RIVAL_FAULTS, STAGES_OF_RIVAL, STAGES_OF_SECOND } from '../../model/criu-rival.ts';
import { CRIU_INTERFACES, type CriuInterface } from '../../model/criu-rpc.ts';
import { OUTCOMES } from '../../model/syscall-outcomes.ts';
import { MAX_FAULTS } from '../limits.ts';
import { criuStage, freezer, optional, peer, server } from './criu-actors.ts';
import { INT32_MIN, ownValues, pid, signal, syscallErrno } from './values.ts';
import { flag, integer, kebab, list, mapping, oneOf, oneOrMore, text, word } from './word.ts';

const call = oneOf(['dump', 'restore'], 'call of CRIU');
/** Restores at one time. */
const MAX_PARALLEL = 4;
/** Calls of all rounds of a case. */
const MAX_CALLS = 100;
const uint32 = integer(INT32_MIN, 0xffffffff, 'a 32-bit number');

const limits = mapping('a mapping with pids, files, file-size and disk', {
  pids: word(
    integer(1, 1_000_000, 'a number of tasks'),
    'Processes and threads, those of CRIU too.',
    'pids: 3',
  ).optional(),
  files: word(integer(0, 1_000_000, 'a number of files'), 'Open files.', 'files: 10').optional(),
  'file-size': word(
    integer(0, 2_000_000_000, 'a number of bytes'),
    'Bytes of a file that CRIU writes; more is SIGXFSZ.',
    'file-size: 4096',
  ).optional(),
  disk: word(
    integer(4096, 2_000_000_000, 'a number of bytes'),
    'Bytes of the file system on which a dump writes its images, or its page server; more is ENOSPC. Not of a restore.',
    'disk: 65536',
  ).optional(),
});

/** A mapping with the options of these calls. */
function options(calls: readonly CriuCall[]) {
  const names = Object.entries(CRIU_OPTIONS).filter(([, option]) => option.calls.some((one) => calls.includes(one)));
  const what = calls.length > 1 ? 'CRIU' : `the ${calls[0]}`;
  return mapping(
    `a mapping with options of ${what}`,
    Object.fromEntries(names.map(([name, option]) => [name, optionWord(name, option).optional()])),
  );
}

/** Texts as the file has them: a number is one too. */
const optionText = z.union([text('a text', 1000), integer(0, Number.MAX_SAFE_INTEGER, 'a number')]);

function optionWord(name: string, { value, calls }: CriuOption) {
  const where = calls.length > 1 ? '' : ` of the ${calls[0]}`;
  const about = `--${name}${where} (criu(8)).`;
  switch (value) {
    case 'flag':
      return word(flag(), about, `${name}: true`);
    case 'number':
      return word(integer(0, Number.MAX_SAFE_INTEGER, 'a number'), about, `${name}: 10`);
    case 'text':
      return word(optionText, about, `${name}: text`);
    default:
      return word(oneOrMore(text('a text', 1000), 'a list of texts'), about, `${name}: [text]`);
  }
}

const syscall = mapping('a mapping with of, call, number, and errno, signal or short', {
  of: word(call, 'Which call of CRIU: dump or restore.', 'of: restore'),
  task: word(
    pid,
    'The process of the restore that becomes the task with this pid, in place of the main process; counted from its start.',
    'task: 101',
  ).optional(),
  call: word(
    text('the name of a system call', 50),
    'The system call; all counts every one. Default beside every: all.',
    'call: clone3',
  ).optional(),
  number: word(
    integer(1, 10_000_000, 'the number of a call'),
    'The number of the call, from 1; in the main process counted from where CRIU opens the folder of its images. Default: 1.',
    'number: 3',
  ).optional(),
  every: word(
    z.literal(true, { error: 'true' }),
    'Each call of this name that there is, one after the other, in a run of its own: those of the main process, and those of the processes that restore tasks. With `call: all` those whose manual page has the error. At most one entry has it.',
    'every: true',
  ).optional(),
  outcomes: word(
    oneOrMore(oneOf(OUTCOMES, 'outcome'), 'a list of outcomes'),
    'Beside every, in place of errno, signal and short: the ways in which each call ends, in runs of their own; short is half of the bytes. With `call: all` each call ends in those that its manual page has.',
    'outcomes: [ENOMEM, EINTR, EPERM, short, SIGKILL]',
  ).optional(),
  after: word(
    criuStage,
    'Count from where CRIU continues after this stage, instead of from its start.',
    'after: post-dump',
  ).optional(),
  errno: word(syscallErrno, 'The errno that the call fails with.', 'errno: ENOMEM').optional(),
  signal: word(signal, 'CRIU receives this signal at that call.', 'signal: SIGKILL').optional(),
  short: word(
    z.literal(true, { error: 'true' }),
    'It reads or writes half of the bytes that it is asked for.',
    'short: true',
  ).optional(),
  optional,
}).meta({
  id: 'syscall',
  description:
    'A system call of CRIU that fails, is interrupted, or is short. Has errno, signal, short, or outcomes beside every.',
});

const absent = z.literal(ABSENT, { error: ABSENT });
const number = z.union([uint32, absent]);
const numbers = z.union([uint32, absent, list(uint32, 'a list of 32-bit numbers')]);

const edit = mapping('a mapping with file, task, mutate or edit, and one change', {
  mutate: word(
    text('a kind of image, such as core, or any', 100),
    'Changes by seed: fields, records and bytes of images of this kind (core, mm, pstree, …), or of any. They are drawn from the images of the dump; the record lists the changes.',
    'mutate: core',
  ).optional(),
  edit: word(
    kebab('the name of an image editor'),
    'An image editor of your own, by its name: its file is named by --image-editor or the configuration (docs/extending.md).',
    'edit: swap-parents',
  ).optional(),
  with: ownValues('With edit: the words of the editor, as its file declares them.', 'with: { task: 101 }').optional(),
  seed: word(
    z.union([integer(0, Number.MAX_SAFE_INTEGER, 'a number'), text('a text', 100)]),
    'With mutate: the seed of the changes. Default: 0.',
    'seed: 7',
  ).optional(),
  changes: word(
    integer(1, 1000, 'a number of changes'),
    'With mutate: the number of changes, made one after the other. Default: 1.',
    'changes: 2',
  ).optional(),
  file: word(
    text('the name of an image file', 100),
    'The image file, without .img. A * stands for the number of an inode: pagemap-shmem-*.',
    'file: core-101',
  ).optional(),
  task: word(
    integer(0, 1_000_000, 'the number of a record'),
    'The record of a task in pstree, from 0; needs set.',
    'task: 1',
  ).optional(),
  set: word(
    mapping('a mapping with pid, ppid, pgid, sid or threads', {
      pid: word(number, 'The pid; `absent` removes the field.', 'pid: 999').optional(),
      ppid: word(number, 'The pid of its parent.', 'ppid: 101').optional(),
      pgid: word(number, 'Its process group.', 'pgid: absent').optional(),
      sid: word(number, 'Its session.', 'sid: 0').optional(),
      threads: word(numbers, 'The tids of its threads.', 'threads: [101, 101]').optional(),
    }),
    'With task: the new values of the record.',
    'set: { ppid: 102 }',
  ).optional(),
  missing: word(z.literal(true, { error: 'true' }), 'The file is missing.', 'missing: true').optional(),
  truncate: word(
    integer(INT32_MIN, 0x7fffffff, 'a number of bytes'),
    'The number of bytes to keep; a negative number: bytes to cut off the end.',
    'truncate: -1',
  ).optional(),
  extend: word(
    integer(1, 1_000_000, 'a number of bytes'),
    'The number of bytes 0xff to append.',
    'extend: 8',
  ).optional(),
  at: word(
    integer(INT32_MIN, 0x7fffffff, 'a byte offset'),
    'With xor: the offset of the byte; a negative offset counts from the end. Default: 0.',
    'at: 20',
  ).optional(),
  xor: word(integer(1, 255, 'a byte'), 'The value that the byte is XORed with.', 'xor: 0xff').optional(),
  drop: word(integer(0, 1_000_000, 'the number of a record'), 'The record to remove.', 'drop: 0').optional(),
  repeat: word(integer(0, 1_000_000, 'the number of a record'), 'The record to repeat.', 'repeat: 0').optional(),
  record: word(
    integer(0, 1_000_000, 'the number of a record'),
    'With field: the record. Default: 0.',
    'record: 2',
  ).optional(),
  field: word(
    list(integer(1, 536_870_911, 'the number of a field'), 'a list of field numbers'),
    'The path of protobuf field numbers to a field of a record; needs value or add.',
    'field: [3, 1]',
  ).optional(),
  nth: word(
    list(integer(0, 1_000_000, 'which one'), 'a list of numbers'),
    'With field: which one of each, from 0. Default: the first.',
    'nth: [2, 0]',
  ).optional(),
  value: word(
    z.union([integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a number'), absent]),
    'With field: the new number; `absent` removes the field, whatever its type.',
    'value: 0',
  ).optional(),
  add: word(
    integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a number'),
    'With field: a number that is added to the field, instead of value; for addresses, which depend on the machine.',
    'add: 512',
  ).optional(),
  optional,
}).meta({ id: 'image-edit', description: 'A change of the images between dump and restore.' });

export const criu = mapping('a mapping with the words of CRIU', {
  namespace: word(
    oneOf(['host', 'own'], 'namespace'),
    'Whether the tree has a pid namespace of its own, in which the root is init (pid 1). Default: host.',
    'namespace: own',
  ).optional(),
  namespaces: word(
    list(oneOf(CRIU_NAMESPACE_NAMES, 'namespace'), 'a list of namespaces'),
    `Namespaces of its own that the root makes, for itself and all below it; what is in them is compared after the restore: ${CRIU_NAMESPACE_NAMES.map(
      (name) => `${name} (${CRIU_NAMESPACES[name].what})`,
    ).join(', ')}. A dump of them needs root.`,
    'namespaces: [ipc, uts]',
  ).optional(),
  cgroup: word(
    mapping('a mapping with memory, pids, cpu and version', {
      memory: word(integer(1 << 20, 2 ** 40, 'a number of bytes'), 'Bytes of memory.', 'memory: 67108864').optional(),
      pids: word(integer(1, 1_000_000, 'a number of tasks'), 'Processes and threads.', 'pids: 50').optional(),
      cpu: word(integer(1, 10_000, 'a percentage'), 'Percent of one processor.', 'cpu: 50').optional(),
      version: word(
        z.union(CGROUP_VERSIONS.map((one) => z.literal(one, { error: '1 or 2' }))),
        'The version of cgroups in which it is, that of `freezer` too; the case is skipped where the machine does not have it. Default: as the machine has it.',
        'version: 2',
      ).optional(),
    }),
    'A cgroup of its own that the tree has, with limits for all of its tasks together (cgroup v1 or v2, as the machine has it). CRIU is called with --manage-cgroups soft; which cgroup each task is in, and its limits, are compared.',
    'cgroup: { memory: 67108864, pids: 50 }',
  ).optional(),
  peer: word(
    peer,
    'What happens, in the last round, to the process outside of the tree that has the other end of its connections (the resources tcp-connection and udp-connection).',
    'peer: { fault: reset, after: post-dump }',
  ).optional(),
  freezer: word(
    freezer,
    'The dump stops the tree by freezing a cgroup of its own (--freeze-cgroup), and what another process does to that cgroup.',
    'freezer: { fault: thaw, after: post-dump }',
  ).optional(),
  interface: word(
    oneOf(Object.keys(CRIU_INTERFACES) as CriuInterface[], 'interface of CRIU'),
    `How CRIU is called: ${Object.entries(CRIU_INTERFACES)
      .map(([name, what]) => `${name} (${what})`)
      .join(', ')}. Default: command-line.`,
    'interface: rpc',
  ).optional(),
  'fault-point': word(
    mapping('a mapping with of and number', {
      of: word(call, 'Which call of CRIU: dump or restore.', 'of: dump'),
      number: word(integer(1, 1000, 'a fault point'), 'The value of CRIU_FAULT.', 'number: 1'),
      optional,
    }),
    "One of CRIU's own fault points (CRIU_FAULT).",
    'fault-point: { of: restore, number: 2 }',
  ).optional(),
  'script-fails': word(
    oneOrMore(criuStage, 'a list of stages'),
    'Stages at which the action script fails.',
    'script-fails: pre-restore',
  ).optional(),
  taken: word(
    oneOrMore(pid, 'a list of pids'),
    'Pids that other processes have when the restore begins.',
    'taken: [101]',
  ).optional(),
  'pre-dump-limits': word(
    limits,
    'Resource limits of the last pre-dump of the last round.',
    'pre-dump-limits: { disk: 4096 }',
  ).optional(),
  'dump-limits': word(limits, 'Resource limits of the dump.', 'dump-limits: { files: 10 }').optional(),
  'restore-limits': word(limits, 'Resource limits of the restore.', 'restore-limits: { pids: 3 }').optional(),
  rounds: word(
    list(oneOf(['pre-dump', 'dump', 'restore'], 'call of CRIU'), 'a list of pre-dump, dump and restore')
      .min(1, { error: 'at least one call' })
      .max(MAX_CALLS, { error: `at most ${MAX_CALLS} calls` }),
    'The calls of CRIU in their order, on the same tree: a restored tree is dumped again, images are restored again. Faults, and all else that goes wrong, come in the last round (its dump and its restore); every round is judged. Default: [dump, restore].',
    'rounds: [pre-dump, dump, restore, dump, restore]',
  ).optional(),
  parallel: word(
    integer(2, MAX_PARALLEL, 'a number of restores'),
    'So many restores of the same images begin at one time in the last round. One of them has to succeed, and no other: the tree is to have exactly one live copy. Faults, limits and scripts are those of the first.',
    'parallel: 2',
  ).optional(),
  rival: word(
    mapping('a mapping with call and at', {
      call: word(oneOf(['dump', 'pre-dump', 'restore'], 'call of CRIU'), 'What the second CRIU does.', 'call: dump'),
      at: word(
        criuStage,
        `The stage at which the first waits until the second has ended: ${Object.entries(STAGES_OF_RIVAL)
          .map(([call, stages]) => `a ${call} at ${stages.join(', ')}`)
          .join('; ')}.`,
        'at: post-dump',
      ),
      fault: word(
        oneOf(RIVAL_FAULT_NAMES, 'what happens to a second CRIU'),
        `What happens to the second one: ${Object.entries(RIVAL_FAULTS)
          .map(([name, meaning]) => `${name}: ${meaning}`)
          .join('; ')}.`,
        'fault: kill',
      ).optional(),
      after: word(
        criuStage,
        `The stage of the second one after which it happens: of a dump ${STAGES_OF_SECOND.dump.join(', ')}; of a restore ${STAGES_OF_SECOND.restore.join(', ')}.`,
        'after: pre-dump',
      ).optional(),
      optional,
    }),
    'A second CRIU, in the last round: it dumps or pre-dumps the same tree, or restores the same images, while the first waits at a stage; it can be killed, stopped or delayed at a stage of its own. The tree is to have exactly one live copy, or one set of images, and the call that fails leaves everything as it was. Where only the second dump succeeds its images are restored.',
    'rival: { call: dump, at: post-dump }',
  ).optional(),
  options: word(
    options(['dump', 'restore']),
    'Options of both calls of CRIU, by the names of its command line; each is given to the calls that use it. Those that name files, cgroups or namespaces outside of the case need --allow-commands. `false` removes an option that the backend sets.',
    'options: { tcp-established: true, ghost-limit: 1M }',
  ).optional(),
  'dump-options': word(options(['dump']), 'Options of the dump.', 'dump-options: { ghost-limit: 1M }').optional(),
  'restore-options': word(
    options(['restore']),
    'Options of the restore.',
    'restore-options: { pidfile: pid }',
  ).optional(),
  syscalls: word(
    z.union([
      syscall,
      list(syscall, 'a list of system calls').max(MAX_FAULTS, { error: `at most ${MAX_FAULTS} system calls` }),
    ]),
    "System calls of CRIU's main process, or of a process that restores a task, that fail, or at which a signal comes.",
    'syscalls: { of: restore, call: clone3, errno: ENOMEM }',
  ).optional(),
  'page-server': word(
    server('dump'),
    'The dump sends the memory of the tree to a page server, a second CRIU, which mktrouble starts in the network namespace of the case. It writes into the same folder of images.',
    'page-server: { fault: cut, after: 4096 }',
  ).optional(),
  'lazy-pages': word(
    server('restore'),
    'The restore leaves the memory of the tree to a lazy-pages daemon, a second CRIU, which mktrouble starts. It copies each page when a task needs it. Needs a kernel with userfaultfd.',
    'lazy-pages: { fault: kill, after: post-restore }',
  ).optional(),
  images: word(
    oneOrMore(edit, 'a list of changes'),
    'Changes of the images between dump and restore.',
    'images: { task: 1, set: { ppid: 999 } }',
  ).optional(),
  optional: word(
    oneOrMore(oneOf(OPTIONAL_WORDS, 'word of the criu section'), 'a list of words'),
    'Keys of this section that need not take effect. Otherwise a case in which one of them never takes effect fails (fault-never-fired).',
    'optional: script-fails',
  ).optional(),
  repeat: word(
    integer(1, 1000, 'a number of runs'),
    'The number of runs, for defects that do not show every time: with violates only until each defect has shown, but up to ten times as many. Default: 1.',
    'repeat: 20',
  ).optional(),
  limit: word(
    integer(100, 600_000, 'a number of milliseconds'),
    'Time limit of each call of CRIU, in milliseconds. Default: 5000 up to 16 tasks, 50 more for each further one.',
    'limit: 10000',
  ).optional(),
}).meta({ id: 'criu', description: 'How CRIU dumps and restores the tree, and the faults of CRIU itself.' });
