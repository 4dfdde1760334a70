/**
 * The shell part of a reproducer: it runs as the init of namespaces of its own, builds the tree, dumps and restores it with the
 * faults of the case, and looks for the violation. Everything is gone when it exits: its processes
 * with the pid namespace, its files with a tmpfs.
 */
import type { Case, Fault } from '../../src/model/case.ts';
import { type CriuCall, type CriuSetup, callOfStage } from '../../src/model/criu.ts';
import { optionWords, whatDumpLeaves } from '../../src/model/criu-options.ts';
import type { CriuRival } from '../../src/model/criu-rival.ts';
import { SERVER_DELAY } from '../../src/model/criu-servers.ts';
import { quoted } from '../shared/replay-command.ts';
import { hasQueues, writeCensus, writeFind } from './census-sh.ts';
import { LAZY_SOCKET, LIMIT, selectChecks, writeChecks } from './checks-sh.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { COUNTED_FROM, type Helper, helperFor, QUEUED, writeInject } from './helpers-c.ts';
import { writeEdit } from './images-sh.ts';
import { isInScript, isRetried, listEdits, needsImages, needsRestore, readSetup } from './setup.ts';
import { startSubject, subjectOptions } from './subject-sh.ts';
import { CGROUPS, hasCgroup, inCgroup, writeRules } from './surroundings-sh.ts';

/** A pid that no task has; all other processes get pids above it. */
const FAR = 3000;

/** The functions of the C program that the script needs, besides the tree. */
export function selectHelpers(finding: ExportedFinding): Helper[] {
  const { syscalls, images } = readSetup(finding.case);
  const edits = listEdits(images).map(helperFor);
  return [
    ...new Set([
      ...edits.filter((helper) => helper !== undefined),
      ...syscalls.map(writeInject),
      ...(hasQueues(finding) ? [QUEUED] : []),
    ]),
  ];
}

/** `tree`: the command that builds the tree; `repro`: what its other functions are called by. */
export function writeDriver(finding: ExportedFinding, tree: string, repro: string): string {
  const { case: c } = finding;
  const setup = readSetup(c);
  const restored = needsRestore(finding);
  if (restored && whatDumpLeaves(setup) !== 'nothing')
    throw new CannotExport('the script restores a tree that the dump has removed');
  const checks = selectChecks(finding);
  const hasRules = checks.some(({ test }) => test.includes('rules'));
  const isRead = (when: string): boolean => checks.some(({ test }) => new RegExp(`\\b${when}\\b`).test(test));
  const seen = (['before', 'after-dump', 'after-restore'] as const).filter(isRead);
  const look = (when: (typeof seen)[number]): string[] => (seen.includes(when) ? [`census > ${when}`] : []);
  return [
    ...((seen.length > 0 && !c.subject) || hasRules || c.faults.some((fault) => !isInScript(fault))
      ? (writeFind(c) ?? [])
      : []),
    ...(hasRules ? [writeRules(writeFind(c) ? `$(find ${c.tasks[0]!.pid})` : String(c.tasks[0]!.pid))] : []),
    ...(seen.length > 0 ? [writeCensus(finding, repro)] : []),
    writeCriu(c),
    ...(c.subject
      ? startSubject(c.subject, tree, c.tasks[0]!.pid)
      : inCgroup(setup, `${hasAddresses(setup) ? 'setarch -R ' : ''}${tree} <> /dev/null >&0 2>&0`)),
    ...(finding.violates.includes('bystanders-untouched') ? ['sleep 1000 & bystander=$!'] : []),
    `echo ${FAR} > /proc/sys/kernel/ns_last_pid`,
    ...writeScript(c, setup),
    ...c.faults.filter(isBefore('before-dump')).map((fault) => writeFault(c, fault)),
    ...look('before'),
    ...(hasRules ? ['rules > rules-before'] : []),
    `${writeCall('dump', c, setup, repro)}; dump=$?`,
    ...settle(look('after-dump'), restored ? 'until the dumped tasks are gone' : undefined),
    ...(restored ? ['[ $dump = 0 ] || { tail -n 3 dump.log; exit 125; }'] : []),
    ...(restored || needsImages(finding)
      ? [
          ...prepareRestore(c, setup, repro),
          ...writeRestore(c, setup, repro),
          ...settle(look('after-restore'), undefined),
        ]
      : []),
    ...(isRetried(finding) ? writeRetry(c, setup) : []),
    ...writeChecks(checks),
  ].join('\n');
}

/** Tasks that exit, or continue after a stop, need a moment. */
function settle(look: readonly string[], why: string | undefined): string[] {
  if (look.length > 0) return [`sleep 0.3; ${look.join('; ')}`];
  return why === undefined ? [] : [`sleep 0.3 # ${why}`];
}

/** Addresses in images, and the order of mappings, are the same in each run only where addresses are not random. */
function hasAddresses({ images }: CriuSetup): boolean {
  return images.some((edit) => edit.kind === 'field' && /^(mm|pagemap)/.test(edit.file));
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

function writeCriu(c: Case): string {
  const inject = c.criu!.syscalls.length > 0 ? '$inject ' : '';
  return `criu() { call=$1; shift; timeout -s KILL ${LIMIT} ${inject}$CRIU $call -D img -W . ${commonOptions(c)} "$@"; }`;
}

/** Of each call of CRIU. */
function commonOptions(c: Case): string {
  return `-v2 --manage-cgroups=${hasCgroup(c.criu!) ? 'soft' : 'ignore'}${subjectOptions(c)}`;
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

/** What the action script, which CRIU starts at each of its stages, does at some of them. */
function listActs(c: Case, setup: CriuSetup): Map<string, string[]> {
  const { scriptFails, syscalls, servers, rival } = setup;
  const acts = new Map<string, string[]>();
  const add = (stage: string, act: string): void => void acts.set(stage, [...(acts.get(stage) ?? []), act]);
  for (const fault of c.faults)
    if (fault.when.kind === 'criu' && isInScript(fault)) add(fault.when.at, writeFault(c, fault));
  if (rival) add(rival.at, writeRival(c, rival));
  for (const stage of scriptFails) add(stage, 'exit 1');
  for (const { after } of syscalls) if (after !== undefined) add(after, `touch ${COUNTED_FROM}`);
  const { fault, after } = servers?.restore ?? {};
  const pid = '$(cat lazy.pid)';
  if (fault === 'kill') add(String(after), `kill -KILL ${pid}`);
  if (fault === 'delay')
    add(String(after), `kill -STOP ${pid}; (sleep ${SERVER_DELAY / 1000}; kill -CONT ${pid}) > /dev/null 2>&1 &`);
  return acts;
}

/** What a second CRIU does while the first one waits for its action script. */
function writeRival(c: Case, { call, at, fault }: CriuRival): string {
  // Where the restored tree has a pid namespace of its own, its root has the same pid around it only before the dump.
  const root =
    c.criu!.namespace === 'own' && callOfStage(at) === 'restore' ? `$(find ${c.tasks[0]!.pid})` : c.tasks[0]!.pid;
  const isDump = call === 'dump';
  const words = isDump ? `dump -D rival -t ${root}` : 'restore -D img -d';
  const limited = `timeout -s KILL ${LIMIT} $CRIU ${words} -W . -o rival.log ${commonOptions(c)}${fault ? ' --action-script ./second' : ''}`;
  return `${isDump ? 'mkdir rival; ' : ''}${limited}; echo $? > rival-status`;
}

/** The action script of a second CRIU, which is killed there. */
function writeSecondScript({ after }: CriuRival): string[] {
  return [
    "cat > second <<'EOF'",
    '#!/bin/sh',
    `[ $CRTOOLS_SCRIPT_ACTION != ${after} ] || kill -KILL $PPID`,
    'EOF',
    'chmod +x second',
  ];
}

function writeScript(c: Case, setup: CriuSetup): string[] {
  const acts = listActs(c, setup);
  if (acts.size === 0) return [];
  const usesFind = [...acts.values()].flat().some((act) => act.includes('$(find '));
  return [
    ...(setup.rival ? ['export CRIU'] : []),
    "cat > script <<'EOF'",
    '#!/bin/sh',
    ...(usesFind ? (writeFind(c) ?? []) : []),
    'case $CRTOOLS_SCRIPT_ACTION in',
    ...[...acts].map(([stage, list]) => `${stage}) ${list.join('; ')} ;;`),
    'esac',
    'EOF',
    ...(setup.rival?.fault ? writeSecondScript(setup.rival) : []),
    'chmod +x script',
  ];
}

/** A call of CRIU, whose exit status is that of the command; `log`: where it is written. */
function writeCall(of: CriuCall, c: Case, setup: CriuSetup, repro: string, log = `${of}.log`): string {
  const { files, fileSize } = setup.limits[of] ?? {};
  const isInjected = setup.syscalls.some((one) => one.of === of);
  const prefix = [
    ...(files === undefined ? [] : [`ulimit -n ${files};`]),
    ...(fileSize === undefined ? [] : [`ulimit -f ${Math.ceil(fileSize / 512)};`]),
    ...(setup.faultPoint?.of === of ? [`export CRIU_FAULT=${setup.faultPoint.number};`] : []),
    ...(isInjected ? [`inject="${repro.replaceAll('"', '')} inject";`] : []),
  ];
  const words = [
    `criu ${of} ${of === 'dump' ? `-t ${c.tasks[0]!.pid}` : '-d'} -o ${log}`,
    ...(listActs(c, setup).size > 0 ? ['--action-script ./script'] : []),
    ...(of === 'restore' && setup.servers?.restore ? ['--lazy-pages'] : []),
    ...optionWords(setup.options[of] ?? {}).map(quoted),
  ];
  return prefix.length === 0 ? words.join(' ') : `(${prefix.join(' ')} ${words.join(' ')})`;
}

/** What is changed between the dump and the restore. */
function prepareRestore(c: Case, setup: CriuSetup, repro: string): string[] {
  return [
    ...listEdits(setup.images).flatMap((edit) => writeEdit(c, edit, repro)),
    ...(setup.freezer?.fault === 'remove' ? [`rmdir ${CGROUPS} # as on another machine`] : []),
    ...setup.taken.map((pid) => `echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; sleep 9999 & # takes pid ${pid}`),
    ...c.faults.filter(isBefore('before-restore')).map((fault) => writeFault(c, fault)),
  ];
}

function writeRestore(c: Case, setup: CriuSetup, repro: string): string[] {
  const { parallel, servers } = setup;
  if (parallel !== undefined) {
    const numbers = Array.from({ length: parallel }, (_, i) => i + 1).join(' ');
    const one = writeCall('restore', c, setup, repro, 'restore-$i.log');
    return [`for i in ${numbers}; do`, `	(${one}; echo $? > restore-$i.status) &`, 'done', 'wait'];
  }
  const restore = `${writeCall('restore', c, setup, repro)}; restore=$?`;
  if (!servers?.restore) return [restore];
  return [
    '$CRIU lazy-pages -D img -W . -o lazy-pages.log & # gives the restored tasks their memory',
    'lazy=$!; echo $lazy > lazy.pid',
    `for i in $(seq ${LIMIT}0); do [ -S ${LAZY_SOCKET} ] && break; sleep 0.1; done`,
    restore,
    `(sleep ${LIMIT}; kill -KILL $lazy) 2> /dev/null & # it ends when all memory has its owner`,
    'wait $lazy; served=$?',
  ];
}
