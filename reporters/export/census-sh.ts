/** `census` in the shell part of a reproducer: what /proc shows of the tree, a line for each fact. */
import type { Case } from '../../src/model/case.ts';
import type { CriuCensus, CriuRecord } from '../../src/record/criu.ts';
import type { ExportedFinding } from './finding.ts';
import { PRIVATE_MEMORY, sizeOfMemory } from './tree-c.ts';

/** Above the pid of the root and its descendants, below all that the script starts after them. */
const MOST_TASKS = 100;
/** In which a shell reads memory. */
const MIB = 1 << 20;

/** How a shell reads a kind of state, $p being the process: by the names of facts in a record. */
const READERS: readonly (readonly [RegExp, string])[] = [
  [/^(CPU affinity|NUMA nodes)$/, `grep -h allowed_list /proc/$p/task/*/status`],
  [/^(nice|scheduling policy|real-time priority)$/, `cut -d ' ' -f 19,40,41 /proc/$p/task/*/stat`],
  [/^personality$/, 'cat /proc/$p/personality'],
  [/^core dump filter$/, 'cat /proc/$p/coredump_filter'],
  [/^timer slack$/, 'cat /proc/$p/timerslack_ns'],
  [/^OOM score adjustment$/, 'cat /proc/$p/oom_score_adj'],
  [/^specul/, 'grep -h ^Speculation /proc/$p/task/*/status'],
  [/^nice value of the autogroup$/, `grep -o 'nice.*' /proc/$p/autogroup`],
  [/^I\/O priority$/, 'ionice -p $p'],
  [/^memory policy$/, `cut -d ' ' -f 2 /proc/$p/numa_maps | sort -u`],
  [/^memory merging$/, 'grep ksm_merge_any /proc/$p/ksm_stat'],
  [/^umask$/, 'grep Umask /proc/$p/status'],
  [/^exit signal$/, `cut -d ' ' -f 38 /proc/$p/stat`],
  [/^flags of /, 'grep flags /proc/$p/fdinfo/*'],
  [
    /^POSIX message queues$/,
    'mkdir -p queues; nsenter -i -t $p mount -t mqueue q queues && grep QSIZE queues/*; umount queues',
  ],
  [/^open file /, `grep -oE '.*(flags|semaphore|sigmask).*|events: *[0-9a-f]+' /proc/$p/fdinfo/*`],
];
/** Options of sockets by their levels and numbers, which a shell has no words for. */
const OPTIONS: Readonly<Record<string, string>> = {
  SO_TIMESTAMP: '1, 29',
  SO_TIMESTAMPNS: '1, 35',
  SO_PEEK_OFF: '1, 42',
  IP_MTU_DISCOVER: '0, 10',
  IP_RECVERR: '0, 11',
  IP_TRANSPARENT: '0, 19',
  IP_MULTICAST_TTL: '0, 33',
  IP_MULTICAST_LOOP: '0, 34',
  TCP_SYNCNT: '6, 7',
  TCP_LINGER2: '6, 8',
  TCP_DEFER_ACCEPT: '6, 9',
  TCP_USER_TIMEOUT: '6, 18',
  TCP_FASTOPEN: '6, 23',
  NETLINK_PKTINFO: '270, 3',
};
const OPTION = /^(\w+) of open file (\d+)$/;

/** Of a duplicate of the descriptor, by pidfd_getfd(2). */
function readOption(name: string): string[] {
  const [, option = '', fd] = OPTION.exec(name) ?? [];
  const numbers = OPTIONS[option];
  if (numbers === undefined) return [];
  const socket = `socket.socket(fileno=ctypes.CDLL(None).syscall(438, os.pidfd_open($p), ${fd}, 0))`;
  return [`python3 -c "import ctypes, os, socket; print(${socket}.getsockopt(${numbers}))" # ${option}`];
}

/** Read by writeMappings, as far as they have changed: others come and go with the mappings of the kernel. */
const MAPPING = /^mapping /;

/** What waits in open files is read by a function of the program. */
const QUEUE = /^queue of open file /;

/** Whether what waits in open files is a part of the finding. */
export function hasQueues(finding: ExportedFinding): boolean {
  return listChanged(finding).some((name) => QUEUE.test(name));
}

/** `find`: the pid here of a pid of the tree's namespace; undefined where they are equal. */
export function writeFind({ criu, tasks }: Case): string[] | undefined {
  if (criu?.namespace !== 'own') return undefined;
  return [
    `find() { # the pid here of a pid of the tree's namespace
	grep -lsE "^NSpid:.*[[:space:]]$([ $1 = ${tasks[0]!.pid} ] && echo 1 || echo $1)$" /proc/[0-9]*/status | cut -d/ -f3
}`,
  ];
}

/** `repro`: the program whose functions read what a shell cannot. */
export function writeCensus(finding: ExportedFinding, repro: string): string {
  const { case: c } = finding;
  if (c.subject) return writeSubjectCensus(finding);
  const pids = c.tasks.filter(({ pid, leader }) => pid === leader).map(({ pid }) => pid);
  const list = writeFind(c) ? pids.map((pid) => `$(find ${pid})`) : pids;
  const names = listChanged(finding);
  const lines = [
    `cat /proc/$p/task/*/status | grep -E '^(State|Pid|PPid|Tracer|NSpg|NSsid|SigPnd|ShdPnd|SigBlk)' && cut -d ' ' -f 52 /proc/$p/stat`,
    ...selectReaders(finding),
    ...(names.some((name) => QUEUE.test(name)) ? [`${repro} queued $p`] : []),
    ...(isMemoryRead(finding) ? [readMemory(c)] : []),
  ];
  return `census() { # of every thread, and exit statuses of zombies
	for p in ${list.join(' ')}; do
${lines.map((line) => `		${line}`).join('\n')}
	done 2> /dev/null
}`;
}

function selectReaders(finding: ExportedFinding): string[] {
  // That a terminal stays non-blocking is another defect than that its bytes are lost.
  const names = listChanged(finding).filter((name) => !(hasQueues(finding) && /^flags of /.test(name)));
  const flags = listChangedFlags(finding);
  return [
    ...READERS.filter(([pattern]) => names.some((name) => pattern.test(name))).map(([, read]) => read),
    ...names.flatMap(readOption),
    ...flags.map((flag) => `grep -c '^VmFlags:.* ${flag} ' /proc/$p/smaps`),
  ];
}

/** Flags of mappings (VmFlags in smaps) that one census has and another has not. */
function listChangedFlags({ seen }: ExportedFinding): string[] {
  const values = new Map<string, Set<string>[]>();
  for (const [name, value] of listFacts(seen?.record.criu).filter(([one]) => MAPPING.test(one)))
    values.set(name, [...(values.get(name) ?? []), new Set(/\(([^)]*)\)/.exec(value)?.[1]?.split(' ') ?? [])]);
  const changed = [...values.values()].flatMap((sets) => {
    const all = sets.flatMap((set) => [...set]);
    return all.filter((flag) => sets.some((set) => !set.has(flag)));
  });
  return [...new Set(changed)].sort();
}

/** What a lazy-pages daemon has not brought is missed by nothing but a read of it. */
function isMemoryRead({ case: c, violates }: ExportedFinding): boolean {
  return c.criu?.servers?.restore !== undefined && violates.includes('restored-tree-matches-dump');
}

function readMemory({ tasks }: Case): string {
  const most = Math.max(...tasks.map(sizeOfMemory));
  return `dd if=/proc/$p/mem bs=1M skip=${PRIVATE_MEMORY / MIB} count=${Math.ceil(most / MIB)} | cksum # its memory`;
}

/** Of each process of a program, what the shell can read of what a run has shown to change. */
function writeSubjectCensus(finding: ExportedFinding): string {
  const root = finding.case.tasks[0]!.pid;
  const changed = listChanged(finding).filter(
    (name) => MAPPING.test(name) || readOption(name).length > 0 || READERS.some(([names]) => names.test(name)),
  );
  return `census() { # of the program: ids, states${changed.length > 0 ? `, ${few(changed)}` : ''}
	for p in $(seq ${root} ${root + MOST_TASKS}); do
		${["grep -E '^(State|Pid|PPid|Tracer|NSpg|NSsid)' /proc/$p/status | sed 's/[RD] (.*)/S (sleeping)/'", ...selectReaders(finding)].join('; ')}
	done 2> /dev/null
}`;
}

/** The names of facts that two censuses of the run do not share. */
function listChanged({ seen }: ExportedFinding): string[] {
  return [...new Set(listFacts(seen?.record.criu).map(([name]) => name))].sort();
}

/** Each fact of each census; a record has only those that two of them do not share. */
function listFacts(record: Partial<CriuRecord> = {}): [string, string][] {
  const { before, afterDump, restored, afterRestore } = record;
  return [before, afterDump, restored, afterRestore].flatMap((census?: CriuCensus) =>
    (census?.tasks ?? []).flatMap(({ facts, heldFacts, askedFacts, threads }) =>
      [facts, heldFacts, askedFacts, ...threads.map((thread) => thread.facts)].flatMap((one) =>
        Object.entries(one ?? {}),
      ),
    ),
  );
}

const MOST_NAMES = 3;

function few(names: readonly string[]): string {
  const kinds = [...new Set(names.map((name) => name.replace(/ [\da-f-]+$/, '')))];
  return kinds.length > MOST_NAMES ? `${kinds.slice(0, MOST_NAMES).join(', ')}, …` : kinds.join(', ');
}
