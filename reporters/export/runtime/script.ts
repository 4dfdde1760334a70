/**
 * A finding of a container runtime as a shell script: in namespaces and cgroups of its own it makes a container of busybox, calls the runtime
 * as the scenario says, with its faults, and compares what the runtime reports with what is there. Everything is gone when it exits.
 */
import path from 'node:path';
import { type Driver, GUEST } from '../../../src/backends/oci/drivers/driver.ts';
import { STORAGE as SANDBOX_STORAGE } from '../../../src/backends/oci/drivers/podman.ts';
import { RESTORING_CALLS, type RuntimeSetup, SAVING_CALLS } from '../../../src/model/runtime.ts';
import type { ExportedFinding } from '../finding.ts';
import { commentOut, writeHead } from '../head.ts';
import { type RuntimeCheck, selectRuntimeChecks } from './checks.ts';
import { listArgs, STORAGE, writeBundle, writePodman } from './container.ts';
import { findByArgument, isRuntimeHit, needsInit, writeFaults, writeUndo } from './faults.ts';
import {
  joinWords,
  LOG,
  listCalls,
  listCommon,
  listWords,
  makeContext,
  NAME,
  readRuntime,
  type ScriptCall,
  SLEEP,
  WORK,
} from './setup.ts';

/** Seconds in which a call ends, where the scenario has no limit. */
const LIMIT = 20;
/** Characters of a violation in the comment; the script prints the rest. */
const MOST_OF_MESSAGE = 120;
/** How often a race is tried, for each run of its scenario. */
const MORE_TRIES = 3;

export function writeRuntimeScript(finding: ExportedFinding, setup: RuntimeSetup): string {
  const { case: c } = finding;
  const driver = readRuntime(c, setup);
  const calls = listCalls(setup, driver);
  const checks = selectRuntimeChecks(finding, calls, driver);
  const variable = setup.name.toUpperCase();
  const how = `[${variable}=/path/to/${setup.name}]${driver.hasCriu ? ' [CRIU=/path/to/criu]' : ''} sh THIS_FILE`;
  return `${[
    '#!/bin/sh',
    commentOut(writeHead(finding, describeRun(finding), how)),
    ...writeNeeds(setup, driver),
    ...enter(setup, driver),
    ...writeFunctions(setup, driver, checks),
    ...(setup.name === 'podman' ? writePodman(setup) : writeBundle(c, setup)),
    ...writeSteps(finding, setup, driver, calls, checks),
    ...checks.map(writeCheck),
    "echo 'NOT SHOWN'",
  ].join('\n')}\n`;
}

/** The versions, and what the run has violated. */
function describeRun({ seen }: ExportedFinding): string[] {
  const runtime = seen?.record.runtime;
  if (!seen || !runtime) return [];
  const [violation] = seen.violations;
  const message = violation?.message.replace(/\s+/g, ' ').slice(0, MOST_OF_MESSAGE) ?? '';
  const programs = `${runtime.runtime} ${runtime.version}${runtime.criu === undefined ? '' : `, CRIU ${runtime.criu}`}`;
  const kernel = /Linux \S+/.exec(seen.environment)?.[0];
  return [`Seen: ${[programs, kernel].filter(Boolean).join(', ')}: ${message}`];
}

function writeNeeds({ name }: RuntimeSetup, { hasCriu }: Driver): string[] {
  const variable = name.toUpperCase();
  const find = (one: string): string => `${one}=$(command -v "\${${one}:-${one.toLowerCase()}}")`;
  const criu = hasCriu ? ` CRIU=\${CRIU:-$(command -v criu)};` : '';
  const has = ['[ "$(id -u)" = 0 ]', `[ "$${variable}" ]`, '[ "$BUSYBOX" ]', ...(hasCriu ? ['[ "$CRIU" ]'] : [])];
  const names = ['root', name, ...(hasCriu ? ['CRIU'] : []), 'a static busybox'].join(', ');
  return [
    `${find(variable)};${criu} ${find('BUSYBOX')}; export ${variable} ${hasCriu ? 'CRIU ' : ''}BUSYBOX`,
    `${has.join(' && ')} && ${UNSHARE} --cgroup true || { echo "this needs ${names} (${variable}=..., ${hasCriu ? 'CRIU=..., ' : ''}BUSYBOX=... name others)" >&2; exit 125; }`,
  ];
}

const UNSHARE = 'unshare --pid --fork --kill-child --mount --mount-proc --net --ipc --uts';

/** The script starts itself again as the init of namespaces, in a cgroup of each hierarchy: CRIU saves all cgroups below. */
function enter({ name, repeat, faults }: RuntimeSetup, { hasCriu }: Driver): string[] {
  const again = repeat > 1 ? [`for try in $(seq ${repeat * MORE_TRIES}); do # a race`] : [];
  const disk = faults.some(({ kind }) => kind === 'disk') ? ' && mount -t tmpfs -o size=64m repro images' : '';
  return [
    'if [ "$1$$" != inside1 ]; then # in namespaces and cgroups of its own',
    "	cgroups=$(grep -E ' cgroup2? ' /proc/mounts | cut -d ' ' -f 2 | sed \"s,\\$,/repro.$$,\")",
    ...again,
    '	mkdir -p $cgroups || exit 125',
    '	(for c in $cgroups; do',
    '		for f in cpuset.cpus cpuset.mems; do [ ! -e $c/../$f ] || cat $c/../$f > $c/$f; done',
    '		echo 0 > $c/cgroup.procs || exit 125',
    '	done',
    "	exec unshare --cgroup --mount sh -c 'mount -t cgroup2 repro /sys/fs/cgroup && mkdir /sys/fs/cgroup/init || exit 125",
    '		echo 0 > /sys/fs/cgroup/init/cgroup.procs',
    `		exec ${UNSHARE} sh "$0" inside' "$0"); status=$?`,
    '	for i in $(seq 20); do find $cgroups -depth -type d -exec rmdir {} + 2> /dev/null && break; sleep 0.2; done',
    ...(repeat > 1 ? ['	[ $status = 0 ] || break', 'done'] : []),
    '	exit $status',
    'fi',
    `mount -t tmpfs repro /run && mkdir -p ${WORK}/bin ${WORK}/images && cd ${WORK}${disk} && ip link set lo up || exit 125`,
    `case $BUSYBOX$${name.toUpperCase()}${hasCriu ? '$CRIU' : ''} in */tmp/*) ;; *) mount -t tmpfs repro /tmp ;; esac`,
  ];
}

/** The shell functions of the script. */
function writeFunctions(setup: RuntimeSetup, driver: Driver, checks: readonly RuntimeCheck[]): string[] {
  const { name, limit } = setup;
  const context = makeContext(setup, NAME);
  const common = listCommon(driver, context);
  const isTraced = setup.faults.some(({ isOfRuntime }) => isOfRuntime);
  const words = `"$${name.toUpperCase()}"${common.length === 0 ? '' : ` ${joinWords(common)}`}`;
  const seconds = limit === undefined ? LIMIT : Math.ceil(limit / 1000);
  // A file outside of the container as its output could not be dumped; a monitor has the output itself.
  const output = driver.isMonitor ? `> out 2> ${LOG}` : '> /dev/null 2>&1';
  const uses = new Set(checks.flatMap((check) => check.uses));
  const isFound =
    uses.has('tasks') ||
    setup.faults.some(
      (fault) => needsInit([fault]) || ['init', 'guest'].includes(fault.value) || fault.kind === 'cgroup',
    );
  const argument = driver.sharesFiles ? `${SLEEP}` : 'boot';
  // The name is the last of its words.
  const state = `${joinWords(listWords(driver, 'state', context).slice(common.length, -1))} "$1"`;
  const readState = driver.readStatus ? 'sed s/exited/stopped/' : `sed -n 's/.*"status": *"\\([a-z]*\\)".*/\\1/p'`;
  return [
    `untestable() { tail -n 3 ${WORK}/*.log >&2; exit 125; }`,
    `${name}() { # at most ${seconds} s; its pid is in a file`,
    ...(isTraced ? ['	tracer=$front; front= # of the next call only'] : []),
    `	rm -f starts ${LOG}; timeout -s KILL ${seconds} sh -c 'echo $$ > pid; exec "$@"' ${name}${isTraced ? ' $tracer' : ''} ${words} "$@" < /dev/null ${output}`,
    '}',
    ...(driver.hasCriu
      ? [
          'stand_in() { # what the runtime starts as CRIU does this first',
          `	printf '#!/bin/sh\\nCRIU="%s"\\n%s\\nexec $CRIU "$@"\\n' "$CRIU" "$1" > bin/criu; chmod +x bin/criu`,
          '}',
          `stand_in ''; PATH=$PWD/bin:$PATH`,
        ]
      : []),
    ...(isFound
      ? [`tasks() { ${findByArgument(argument)}; } # of the container`, 'init() { tasks | sort -n | head -n 1; }']
      : []),
    ...(uses.has('seen') ? SEEN : []),
    ...(uses.has('status') ? [`status() { ${words} ${state} 2> /dev/null | ${readState}; }`] : []),
    ...(uses.has('state')
      ? [`guests() { ${setup.rounds.includes('exec-detached') ? findByArgument(GUEST.at(-1)!) : ':'}; }`, ...STATE]
      : []),
    ...(uses.has('facts') ? FACTS : []),
    ...(uses.has('things') ? writeThings(driver) : []),
  ];
}

const SEEN = [
  'seen() { # of the container',
  '	p=$(init); [ "$p" ] || { echo gone; return; }',
  "	grep -qs '^frozen 1' \"/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/$p/cgroup)/cgroup.events\" && echo frozen || echo runs",
  '}',
];

/** A process that runs or sleeps may do either; one that is stopped is no other than before. */
const STATE = [
  'state() { # of the processes of the container',
  '	n=0; for p in $({ tasks; guests; } | sort -n); do n=$((n + 1))',
  "		(cd /proc/$p && grep -E '^(Name|Umask|Sig[BIC]|Cap|Seccomp:|Cpus_allowed_list|State:.[Tt])' status; cat limits; cut -d ' ' -f 2,6- maps",
  '		grep . personality coredump_filter timerslack_ns oom_score_adj) | sed "s/^/process $n: /"',
  '	done 2> /dev/null',
  '}',
];

const FACTS = [
  'facts() { # of the container: its processes, whether it runs, and what the runtime reports',
  `	state; seen; status "$1"`,
  '}',
];

function writeThings({ stateFolders, leftovers }: Driver): string[] {
  const folders = ['/run', '/tmp/.criu', ...stateFolders.map((folder) => folder.replace(SANDBOX_STORAGE, STORAGE))];
  const patterns = folders.map((folder) => (folder.endsWith('.criu') ? `${folder}*` : `${folder}/*`)).join(' ');
  const own = ['/run/criu.kdat', ...stateFolders.filter((folder) => path.dirname(folder) === '/run')].join('|');
  return [
    'things() { # files, mounts, cgroups, network devices, processes',
    `	{ ls -d ${patterns} | grep -vxE '${own}'; cut -d ' ' -f 5 /proc/self/mountinfo; find /sys/fs/cgroup -type d`,
    `	ls /sys/class/net; ${leftovers === undefined ? '' : `${leftovers}; `}cat /proc/[0-9]*/comm; } 2> /dev/null | sort`,
    '}',
  ];
}

function writeSteps(
  { case: c }: ExportedFinding,
  setup: RuntimeSetup,
  driver: Driver,
  calls: readonly ScriptCall[],
  checks: readonly RuntimeCheck[],
): string[] {
  const context = makeContext(setup, NAME, listArgs(c, setup));
  const behind = listCommon(driver, context).length;
  const say = (words: readonly string[]): string => `${setup.name} ${joinWords(words.slice(behind))}`;
  const run = say(listWords(driver, 'run', context));
  const remove = (name: string): string => say(listWords(driver, 'delete', makeContext(setup, name)));
  const isChecked = (property: string): boolean => checks.some((check) => check.property === property);
  const names = [...new Set([NAME, ...calls.map(({ name }) => name)])];
  const hasInit = needsInit(setup.faults);
  const saving = calls.findLast(({ call }) => SAVING_CALLS.has(call));
  return [
    ...(isChecked('deleted-containers-leave-nothing') ? ['things > start'] : []),
    `${run} || untestable; sleep 0.5`,
    ...calls.flatMap((one, i) => {
      const own = checks.filter(({ of }) => of === one);
      const isLast = i === calls.length - 1;
      const command = say(one.words);
      const isJudged = isLast || one.faults.length > 0 || own.length > 0;
      const look = own.flatMap(({ after }) => after ?? []);
      const isFollowed = !isLast || isChecked('deleted-containers-leave-nothing');
      return [
        ...(SAVING_CALLS.has(one.call)
          ? [`mkdir -p ${one.words.find((word) => /images\/\d+$/.test(word)) ?? 'images/1'}`]
          : []),
        ...(RESTORING_CALLS.has(one.call) && driver.keepsSaved && setup.images !== 'kept'
          ? [`${remove(NAME)}; sleep 0.3 # what it keeps of the saved one`]
          : []),
        ...(hasInit && SAVING_CALLS.has(one.call) ? ['init > init.pid'] : []),
        ...writeFaults(one, driver, setup.images === 'kept'),
        ...(one === saving ? checks.flatMap(({ beforeSave }) => beforeSave ?? []) : []),
        ...own.flatMap(({ before }) => before ?? []),
        isJudged ? `${command}; ${one.status}=$?` : `${command} || untestable`,
        ...(look.length > 0 || isRuntimeHit(one)
          ? [`sleep ${isRuntimeHit(one) ? 4 : 2}${isRuntimeHit(one) ? ' # CRIU goes on alone' : ''}`]
          : []),
        ...look,
        ...(isFollowed ? writeUndo(one, isLast) : []),
      ];
    }),
    ...(isChecked('failed-container-restore-frees-name')
      ? [`${remove(names.at(-1)!)}; deleted=$?; ${run}; created=$?`]
      : []),
    ...(isChecked('deleted-containers-leave-nothing')
      ? [`${names.map(remove).join('; ')}; sleep 2; things > now; comm -13 start now > rest`]
      : []),
  ];
}

function writeCheck({ test, text, show }: RuntimeCheck): string {
  const condition = test.includes('||') ? `{ ${test}; }` : test;
  return `if ${condition}; then echo 'SHOWN: ${text}'; ${show === undefined ? '' : `${show}; `}exit 1; fi`;
}
