/**
 * The shell part of a reproducer: it runs as the init of namespaces of its own, builds the tree, dumps and restores it with the
 * faults of the case, and looks for the violation. Everything is gone when it exits: its processes
 * with the pid namespace, its files with a tmpfs.
 */
import type { Case, Fault } from '../../src/model/case.ts';
import {
  type CriuCall,
  type CriuSetup,
  callOfStage,
  type ImageEdit,
  PSTREE_FIELDS,
  type PstreeField,
} from '../../src/model/criu.ts';
import { optionWords, whatDumpLeaves } from '../../src/model/criu-options.ts';
import { quoted } from '../shared/replay-command.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { COUNTED_FROM, type Helper, helperFor, writeInject } from './helpers-c.ts';
import { startSubject, subjectOptions, writeSubjectCensus } from './subject-sh.ts';

/** Seconds after which a call of CRIU hangs. */
const LIMIT = 5;
/** A pid that no task has; all other processes get pids above it. */
const FAR = 3000;

/** The functions of the C program that the script needs, besides the tree. */
export function selectHelpers({ case: c }: ExportedFinding): Helper[] {
  const { syscalls, images } = readSetup(c);
  const edits = listEdits(images).map(helperFor);
  return [...new Set([...edits.filter((helper) => helper !== undefined), ...syscalls.map(writeInject)])];
}

/** `tree`: the command that builds the tree; `repro`: what its other functions are called by. */
export function writeDriver(finding: ExportedFinding, tree: string, repro: string): string {
  const { case: c } = finding;
  const setup = readSetup(c);
  const restored = needsRestore(finding);
  if (restored && whatDumpLeaves(setup) !== 'nothing')
    throw new CannotExport('the script restores a tree that the dump has removed');
  return [
    c.subject ? writeSubjectCensus(finding) : writeCensus(c),
    writeCriu(c),
    ...(c.subject
      ? startSubject(c.subject, tree, c.tasks[0]!.pid)
      : [`${hasAddresses(setup) ? 'setarch -R ' : ''}${tree} <> /dev/null >&0 2>&0 || exit 125`]),
    ...(finding.violates.includes('bystanders-untouched') ? ['sleep 1000 & bystander=$!'] : []),
    `echo ${FAR} > /proc/sys/kernel/ns_last_pid`,
    ...writeScript(c, setup),
    ...c.faults.filter(isBefore('before-dump')).map((fault) => writeFault(c, fault)),
    'census > before',
    ...call('dump', c, setup, repro),
    ...(restored ? ['[ $dump = 0 ] || { tail -n 3 dump.log; exit 125; }'] : []),
    ...(restored || needsImages(finding) ? writeRestore(c, setup, repro) : []),
    ...(isRetried(finding) ? writeRetry(c, setup) : []),
    ...writeChecks(finding),
  ].join('\n');
}

/** Addresses in images, and the order of mappings, are the same in each run only where addresses are not random. */
function hasAddresses({ images }: CriuSetup): boolean {
  return images.some((edit) => edit.kind === 'field' && /^(mm|pagemap)/.test(edit.file));
}

function readSetup(c: Case): CriuSetup {
  const { criu } = c;
  if (!criu) throw new CannotExport('the scenario is not for CRIU');
  if (criu.limits.dump?.pids !== undefined || criu.limits.restore?.pids !== undefined)
    throw new CannotExport('a limit of processes needs a cgroup of its own');
  if (criu.interface === 'rpc') throw new CannotExport('the script calls CRIU by its command line');
  if (Object.keys(criu.servers ?? {}).length > 0)
    throw new CannotExport('the script starts no page server and no lazy-pages daemon');
  if (criu.parallel !== undefined) throw new CannotExport('the script has one restore at a time');
  if (criu.syscalls.some(({ every }) => every))
    throw new CannotExport(
      'the script makes one system call fail: export a case that has shown the defect, with its number',
    );
  if (criu.rounds.length > 2) throw new CannotExport('the script dumps and restores once');
  if (criu.syscalls.some(({ task, short }) => task !== undefined || short))
    throw new CannotExport('strace cannot do this to a system call');
  if (criu.syscalls.length > 1) throw new CannotExport('only one system call can be made to fail');
  if (c.faults.some(({ verb }) => verb === 'ptrace')) throw new CannotExport('a tracer as a fault');
  return criu;
}

const MUTATION = 'the changes of its images are drawn by a seed, and CRIU is needed to know them';

function listEdits(images: CriuSetup['images']): ImageEdit[] {
  return images.map((edit) => {
    if (edit.kind === 'mutate') throw new CannotExport(MUTATION);
    if (edit.kind === 'edit') throw new CannotExport('its images are changed by an editor of your own');
    return edit;
  });
}

const OF_RESTORE = new Set([
  'restored-program-runs',
  'restored-tree-matches-dump',
  'failed-restore-leaves-no-task',
  'failed-restore-reports-error',
  'failed-restore-can-be-retried',
]);

/** Whether the violation is one of a restore, so that the dump has to succeed. */
function needsRestore({ case: c, violates }: ExportedFinding): boolean {
  if (violates.some((name) => OF_RESTORE.has(name))) return !violates.includes('dumped-tree-is-gone');
  const { images, taken, syscalls, scriptFails } = readSetup(c);
  const stages = [...scriptFails, ...c.faults.flatMap(({ when }) => (when.kind === 'criu' ? [when.at] : []))];
  return (
    images.length + taken.length > 0 ||
    [...syscalls.map(({ of }) => of), ...stages.map(callOfStage)].includes('restore')
  );
}

function needsImages({ violates }: Pick<ExportedFinding, 'violates'>): boolean {
  return violates.includes('dumped-tree-can-be-restored');
}

/** A restore that fails again, where that is the only violation that a script can see. */
function isRetried({ violates }: ExportedFinding): boolean {
  return violates.includes('failed-restore-can-be-retried') && !needsImages({ violates });
}

/** The same restore, without what went wrong in the first. */
function writeRetry(c: Case, setup: CriuSetup): string[] {
  const root = c.tasks[0]!.pid;
  const options = optionWords(setup.options.restore ?? {}).map((word) => ` ${quoted(word)}`);
  return [
    `for p in $(seq ${root} $((${root} + 99))); do kill -KILL $p; done 2> /dev/null; sleep 0.3 # what it has left`,
    `criu restore -d -o again.log${options.join('')}; again=$?`,
  ];
}

/** What /proc shows of the tree, a line for each fact. */
function writeCensus(c: Case): string {
  const pids = c.tasks.filter(({ pid, leader }) => pid === leader).map(({ pid }) => pid);
  const list = c.criu?.namespace === 'own' ? pids.map((pid) => `$(find ${pid})`) : pids;
  const find = `find() { # the pid here of a pid of the tree's namespace
	grep -lsE "^NSpid:.*[[:space:]]$([ $1 = ${pids[0]} ] && echo 1 || echo $1)$" /proc/[0-9]*/status | cut -d/ -f3
}
`;
  return `${c.criu?.namespace === 'own' ? find : ''}census() { # of every thread, and exit statuses of zombies
	for p in ${list.join(' ')}; do
		cat /proc/$p/task/*/status | grep -E '^(State|Pid|PPid|Tracer|NSpg|NSsid|SigPnd|ShdPnd|SigBlk)' && cut -d ' ' -f 52 /proc/$p/stat
	done 2> /dev/null
}`;
}

function writeCriu(c: Case): string {
  const options = `-D img -W . -v2 --manage-cgroups=ignore${subjectOptions(c)}`;
  return `criu() { call=$1; shift; timeout -s KILL ${LIMIT} $inject $CRIU $call ${options} "$@"; }`;
}

const isBefore =
  (stage: string) =>
  ({ when }: Fault): boolean =>
    when.kind === 'criu' && when.at === stage;

function writeFault(c: Case, { verb, signal, targets, times }: Fault): string {
  const name = verb === 'kill' ? 'KILL' : verb === 'stop' ? 'STOP' : signal!.slice(3);
  const [target] = targets;
  const to = target === 'coordinator' ? '$PPID' : c.criu?.namespace === 'own' ? `$(find ${target})` : target;
  return Array.from({ length: times }, () => `kill -${name} ${to}`).join('; ');
}

/** The action script, which CRIU starts at each of its stages. */
function writeScript(c: Case, { scriptFails, syscalls }: CriuSetup): string[] {
  const acts = new Map<string, string[]>();
  const add = (stage: string, act: string): void => void acts.set(stage, [...(acts.get(stage) ?? []), act]);
  for (const fault of c.faults)
    if (fault.when.kind === 'criu' && !/^before-/.test(fault.when.at)) add(fault.when.at, writeFault(c, fault));
  for (const stage of scriptFails) add(stage, 'exit 1');
  for (const { after } of syscalls) if (after !== undefined) add(after, `touch ${COUNTED_FROM}`);
  if (acts.size === 0) return [];
  const find = c.criu?.namespace === 'own' ? [writeCensus(c).split('\n}')[0]!, '}'] : [];
  return [
    "cat > script <<'EOF'",
    '#!/bin/sh',
    ...find,
    'case $CRTOOLS_SCRIPT_ACTION in',
    ...[...acts].map(([stage, list]) => `${stage}) ${list.join('; ')} ;;`),
    'esac',
    'EOF',
    'chmod +x script',
  ];
}

/** A call of CRIU; its exit status is in a variable of its name. */
function call(of: CriuCall, c: Case, setup: CriuSetup, repro: string): string[] {
  const { files, fileSize } = setup.limits[of] ?? {};
  const isInjected = setup.syscalls.some((one) => one.of === of);
  const hasScript =
    setup.scriptFails.length > 0 ||
    setup.syscalls.some(({ after }) => after !== undefined) ||
    c.faults.some(({ when }) => when.kind === 'criu' && !/^before-/.test(when.at));
  const prefix = [
    ...(files === undefined ? [] : [`ulimit -n ${files};`]),
    ...(fileSize === undefined ? [] : [`ulimit -f ${Math.ceil(fileSize / 512)};`]),
    ...(setup.faultPoint?.of === of ? [`export CRIU_FAULT=${setup.faultPoint.number};`] : []),
    ...(isInjected ? [`inject="${repro.replaceAll('"', '')} inject";`] : []),
  ];
  const words = `criu ${of} ${of === 'dump' ? `-t ${c.tasks[0]!.pid}` : '-d'} -o ${of}.log${hasScript ? ' --action-script ./script' : ''}`;
  const options = optionWords(setup.options[of] ?? {}).map((word) => ` ${quoted(word)}`);
  const command = words + options.join('');
  return [
    prefix.length === 0 ? `${command}; ${of}=$?` : `(${prefix.join(' ')} ${command}); ${of}=$?`,
    // Tasks that exit, or continue after a stop, need a moment.
    `sleep 0.3; census > after-${of}`,
  ];
}

function writeRestore(c: Case, setup: CriuSetup, repro: string): string[] {
  return [
    ...listEdits(setup.images).flatMap((edit) => writeEdit(c, edit, repro)),
    ...setup.taken.map((pid) => `echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; sleep 9999 & # takes pid ${pid}`),
    ...c.faults.filter(isBefore('before-restore')).map((fault) => writeFault(c, fault)),
    ...call('restore', c, setup, repro),
  ];
}

function writeEdit(c: Case, edit: ImageEdit, repro: string): string[] {
  if (edit.kind === 'task') return writePstree(c, edit);
  const file = `img/${edit.file}.img`;
  switch (edit.kind) {
    case 'missing':
      return [`rm ${file}`];
    case 'truncate':
      return [`truncate -s ${edit.bytes} ${file}`];
    case 'extend':
      return [`head -c ${edit.bytes} /dev/zero | tr '\\0' '\\377' >> ${file}`];
    case 'xor': {
      const at = edit.at < 0 ? `$(($(wc -c < ${file}) ${edit.at}))` : edit.at;
      return [
        `byte=$(od -An -tu1 -j ${at} -N 1 ${file})`,
        `printf "\\\\$(printf %o $((byte ^ ${edit.xor})))" | dd of=${file} bs=1 seek=${at} conv=notrunc status=none`,
      ];
    }
    case 'drop':
    case 'repeat':
      return [`${repro} records ${file} ${edit.record} ${edit.kind}`];
    case 'field': {
      const { value, path, nth } = edit;
      const words = path.map((number, i) => ((nth[i] ?? 0) === 0 ? number : `${number}:${nth[i]}`));
      const what = typeof value === 'object' ? `${value.add < 0 ? '' : '+'}${value.add}` : value;
      return [`${repro} edit ${file} ${edit.record} ${what} ${words.join(' ')} || exit 125`];
    }
  }
}

/** pstree.img is short: it is written again as the dump wrote it, with the change. */
function writePstree(c: Case, { record, set }: Extract<ImageEdit, { kind: 'task' }>): string[] {
  const inner = (pid: number): number => (c.criu?.namespace === 'own' && pid === c.tasks[0]!.pid ? 1 : pid);
  const processes = c.tasks.filter(({ pid, leader }) => pid === leader);
  const lines = processes.map((task, i) => {
    const threads = c.tasks.filter(({ leader }) => leader === task.pid).map(({ pid }) => inner(pid));
    const fields: Record<PstreeField, readonly number[]> = {
      pid: [inner(task.pid)],
      ppid: [typeof task.parent === 'number' ? inner(task.parent) : 0],
      pgid: [inner(task.pgid)],
      sid: [inner(task.session)],
      threads,
      ...(i === record ? set : {}),
    };
    const bytes = Object.entries(fields).flatMap(([name, values]) =>
      values.flatMap((value) => [PSTREE_FIELDS[name as PstreeField] << 3, ...varint(value)]),
    );
    const words = Object.entries(fields).map(([name, values]) => `${name} ${values.join(' ') || 'absent'}`);
    return `	printf '${octal([bytes.length, 0, 0, 0, ...bytes])}' # ${words.join(', ')}${i === record ? ' <- changed' : ''}`;
  });
  return ['{	head -c 8 img/pstree.img', ...lines, '} > pstree && mv pstree img/pstree.img'];
}

/** A negative number as CRIU reads it: 32 bits of an unsigned one. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function octal(bytes: readonly number[]): string {
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** For each property a shell test that is true when the property is violated, and the message for that. */
function writeChecks(finding: ExportedFinding): string[] {
  const { case: c, violates } = finding;
  const setup = readSetup(c);
  const restore = needsRestore(finding);
  const status = restore ? '$restore' : '$dump';
  const log = restore ? 'restore.log' : 'dump.log';
  const kills = (of: CriuCall): boolean =>
    setup.syscalls.some(({ signal, of: one }) => signal !== undefined && one === of) ||
    c.faults.some(
      ({ targets, when }) => targets.includes('coordinator') && when.kind === 'criu' && callOfStage(when.at) === of,
    );
  const ended = (of: CriuCall): string => (kills(of) ? '' : ` && [ $${of} != 137 ]`);
  // Processes that a killed CRIU has left are children of this shell.
  const failedDump = kills('dump')
    ? `! diff before after-dump || grep -lsx "$(basename "\${CRIU%% *}" | cut -c 1-15)" /proc/[0-9]*/comm`
    : '[ $dump != 0 ] && [ $dump != 137 ] && ! diff before after-dump';
  const checks: Record<string, readonly [string, string]> = {
    'bystanders-untouched': ['! kill -0 $bystander 2> /dev/null', 'a process outside of the tree is dead'],
    'kept-tree-is-unchanged': [
      `[ $dump = 0 ] && ! diff ${whatDumpLeaves(setup) === 'stopped' ? '-I ^State ' : ''}before after-dump`,
      'the dump that had to leave the tree has changed it',
    ],
    'dumped-tree-is-gone': ['[ $dump = 0 ] && [ -s after-dump ]', 'the dump reported success, and left tasks'],
    'dumped-tree-can-be-restored': [
      '[ $dump = 0 ] && [ $restore != 0 ]',
      'the dump reported success, and its images cannot be restored',
    ],
    'failed-dump-leaves-tree-running': [failedDump, 'the failed dump has changed the tree, or left a process'],
    'restored-tree-matches-dump': [
      '[ $restore = 0 ] && ! diff before after-restore',
      'the restore reported success, and the tree differs',
    ],
    'failed-restore-leaves-no-task': [
      `[ $restore != 0 ]${ended('restore')} && [ -s after-restore ]`,
      'the failed restore has left tasks',
    ],
    'restored-program-runs': [
      `[ $restore = 0 ] && ! grep -qs '^State:.[RSD]' /proc/${c.tasks[0]!.pid}/status`,
      'the restore reported success, and the program is gone',
    ],
    'failed-restore-can-be-retried': isRetried(finding)
      ? ['[ $restore != 0 ] && [ $again != 0 ]', 'no later restore from the same images succeeds']
      : ['[ $dump = 0 ] && [ $restore != 0 ]', 'no restore succeeds'],
    'failed-restore-reports-error': [
      '[ $restore = 0 ] && [ "$(grep -c ^Pid before)" != "$(grep -c ^Pid after-restore)" ]',
      'the restore reported success, and tasks are missing',
    ],
    'criu-never-crashes': [
      `[ ${status} -gt 128 ] && [ ${status} != 137 ] || grep -qE 'BUG at|killed by signal (4|5|6|7|8|11|31):' ${log}`,
      'CRIU, or a task that it restores, crashes',
    ],
    'criu-ends-in-time': [`[ ${status} = 137 ]`, `CRIU has not ended after ${LIMIT} s`],
    'criu-log-is-bounded': [`[ $(wc -c < ${log}) -gt 16777216 ]`, 'CRIU fills its log'],
  };
  const shown = violates.flatMap((name) => {
    const check = checks[name];
    return check ? [check] : [];
  });
  if (shown.length === 0)
    throw new CannotExport(`no script can see ${violates.join(', ') || 'that nothing is violated'}`);
  const tests = shown.map(([test]) => (test.includes('||') ? `{ ${test}; }` : test));
  return [
    ...shown.map(([, text], i) => `if ${tests[i]}; then echo 'SHOWN: ${text}'; tail -n 3 ./*.log; exit 1; fi`),
    "echo 'NOT SHOWN'",
  ];
}
