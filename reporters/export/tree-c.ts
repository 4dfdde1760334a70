/**
 * The tree of a case as a C program: one nested block for each process, as it forks. Each task has the pid that the scenario
 * gives it. main() returns when every task is in its final state: each closes its end of a pipe there.
 */
import { type Case, findGoneMaker, type Task, USUAL_MEMORY } from '../../src/model/case.ts';
import type { Resource } from '../../src/model/criu-resources.ts';
import { CannotExport } from './finding.ts';

export interface TreeSource {
  readonly includes: readonly string[];
  readonly functions: string;
  /** Of main(), the end of it. */
  readonly body: string;
}

/** The addresses of the memory of its own that a task has, of the memory that the tree shares, and of locked memory. */
export const PRIVATE_MEMORY = 0x200000000;
/** Its stamps have a page of their own. */
const PAGE = 4096;
const USUAL_BYTES = (USUAL_MEMORY << 10) + PAGE;
const SHARED_MEMORY = 0x300000000;
const LOCKED_MEMORY = 0x400000000;
const LOCKED_BYTES = 16384;

/** How a program makes a resource of a task. */
interface ResourceSource {
  readonly includes: readonly string[];
  readonly function?: string;
  readonly statement: string;
}

const RESOURCES: Partial<Record<Resource, ResourceSource>> = {
  folder: { includes: ['fcntl.h'], statement: 'open("img", O_RDONLY | O_DIRECTORY);' },
  'locked-memory': {
    includes: ['sys/mman.h'],
    statement: `mlock(mmap((void *)0x${LOCKED_MEMORY.toString(16)}, ${LOCKED_BYTES}, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0), ${LOCKED_BYTES});`,
  },
  'posix-queue': {
    includes: ['fcntl.h', 'mqueue.h'],
    function: `static void queue(void)	/* a message queue that no process has open, with a message */
{
	mqd_t to = mq_open("/queue", O_RDWR | O_CREAT, 0600, NULL);

	mq_send(to, "work", 4, 0);
	mq_close(to);
}`,
    statement: 'queue();',
  },
  terminal: {
    includes: ['fcntl.h', 'stdlib.h', 'termios.h', 'unistd.h'],
    function: `static void terminal(void)	/* a pseudo-terminal; bytes wait at both ends */
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
	struct termios raw;

	unlockpt(master);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	write(master, "typed", 5);
	write(slave, "shown", 5);
}`,
    statement: 'terminal();',
  },
};

export function writeTree(c: Case): TreeSource {
  refuseWhatNoTreeHas(c);
  const threads = c.tasks.filter(({ pid, leader }) => pid !== leader);
  const holds = c.tasks.some(({ criu }) => (criu?.blocked.length ?? 0) + (criu?.pending.length ?? 0) > 0);
  const memory = needsMemory(c);
  const entered = c.tasks.filter(({ criu }) => criu?.entered);
  const hasOrphans = c.tasks.some(({ criu }) => criu?.orphan);
  const resources = listResources(c);
  const includes = [
    ...resources.flatMap((one) => one.includes),
    'linux/sched.h',
    'signal.h',
    'sys/syscall.h',
    'unistd.h',
    ...(entered.length > 0 ? ['fcntl.h', 'sched.h', 'sys/wait.h'] : []),
    ...(threads.length > 0 ? ['fcntl.h', 'pthread.h', 'stdio.h', 'sys/file.h'] : []),
    ...(memory ? ['string.h', 'sys/mman.h'] : []),
    ...(hasOrphans || c.tasks.some(({ criu }) => criu?.stopped) ? ['sys/wait.h'] : []),
    ...(hasOrphans ? ['sys/prctl.h'] : []),
  ];
  return {
    includes,
    functions: [
      writeSpawn(c),
      ...(holds ? [HOLD] : []),
      ...resources.flatMap((one) => one.function ?? []),
      'static int ready[2];	/* a pipe, that each task closes when it is ready */',
      `static void rest(void) { for (${closeReady(c)};;) pause(); }`,
      ...(threads.length > 0 ? [writeThreads(threads, resources.length > 0)] : []),
    ].join('\n'),
    body: indent(
      `${hasUnnamedMaker(c) ? 'pid_t maker;\n\n' : ''}${resources.length > 0 ? 'close_range(3, ~0U, 0);\n' : ''}pipe(ready);\n${[writeProcess(c, c.tasks[0]!, memory), ...entered.map((one) => writeEntered(c, one, memory))].join('\n')}\nclose(ready[1]);\nreturn read(ready[0], &(char){ 0 }, 1);	/* when every task is ready */`,
    ),
  };
}

/** What the program makes of the resources of all tasks, each once. */
function listResources({ tasks }: Case): ResourceSource[] {
  const names = tasks.flatMap(({ criu }) => criu?.resources ?? []);
  return [...new Set(names)].map((name) => RESOURCES[name]!);
}

/** A task keeps the files that are a resource of it. */
function closeReady(c: Case): string {
  return listResources(c).length > 0 ? 'close(ready[0]), close(ready[1])' : 'close_range(3, ~0U, 0)';
}

/** Whether an orphan was made by a process that led nothing: any pid will do for it. */
function hasUnnamedMaker({ tasks }: Case): boolean {
  const isTask = (pid: number) => tasks.some((task) => task.pid === pid);
  return tasks.some((one) => one.criu?.orphan && findGoneMaker(one, isTask) === undefined);
}

function refuseWhatNoTreeHas({ tasks, criu }: Case): void {
  const odd = tasks.find(
    ({ ghost, sibling, state, tracedBy }) => ghost || sibling || state === 'dead' || tracedBy !== undefined,
  );
  if (odd) throw new CannotExport(`task ${odd.pid} is a ghost, a sibling, dead or traced`);
  const missing = tasks.flatMap(({ criu }) => criu?.resources ?? []).filter((name) => RESOURCES[name] === undefined);
  if (missing.length > 0)
    throw new CannotExport(`the program does not make what a task has: ${[...new Set(missing)].join(', ')}`);
  const others = criu?.namespaces?.filter((name) => !Object.hasOwn(NAMESPACE_FLAGS, name)) ?? [];
  if (others.length > 0)
    throw new CannotExport(`the program makes no namespaces but those of pids, IPC and networks: ${others.join(', ')}`);
}

const NAMESPACE_FLAGS: Readonly<Record<string, string>> = { ipc: 'CLONE_NEWIPC', net: 'CLONE_NEWNET' };

/** Memory has an image of its own; a change of one needs the same mappings as in the scenario. */
export function needsMemory({ criu, tasks }: Case): boolean {
  const changed = (criu?.images ?? []).some(
    (edit) => 'file' in edit && /^(pages|pagemap|mm|memfd|files)/.test(edit.file),
  );
  return changed || criu?.servers?.restore !== undefined || tasks.some((task) => sizeOfMemory(task) !== USUAL_BYTES);
}

/** Bytes of the memory of its own that a task has. */
export function sizeOfMemory({ criu }: Task): number {
  return ((criu?.memory ?? USUAL_MEMORY) << 10) + PAGE;
}

function writeSpawn({ criu, tasks }: Case): string {
  const root = tasks[0]!.pid;
  const isOwn = criu?.namespace === 'own';
  const [first, last] = isOwn ? [`(int[]){ p == ${root} ? 1 : p, p }`, 2] : ['&(int){ p }', 1];
  const made = [...(isOwn ? ['CLONE_NEWPID'] : []), ...(criu?.namespaces ?? []).map((name) => NAMESPACE_FLAGS[name]!)];
  const flags = made.length > 0 ? `, .flags = p == ${root} ? ${made.join(' | ')} : 0` : '';
  const about = made.length > 0 ? `; ${root} has ${made.length > 1 ? 'namespaces' : 'a namespace'} of its own` : '';
  return `/* fork(), with a chosen pid${about} */
#define spawn(p) !syscall(SYS_clone3, &(struct clone_args){ .exit_signal = SIGCHLD${flags}, \\
	.set_tid = (long)${first}, .set_tid_size = ${last} }, sizeof(struct clone_args))`;
}

const HOLD = `static void hold(int sig, int pending, int tid)	/* blocks a signal, and leaves it pending */
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pending)
		syscall(tid ? SYS_tgkill : SYS_kill, getpid(), tid ? tid : sig, sig);
}`;

function writeThreads(threads: readonly Task[], keepsFiles: boolean): string {
  const held = threads.flatMap((task) => {
    const lines = writeSignals(task, String(task.pid));
    return lines.length === 0
      ? []
      : [
          `	if ((long)tid == ${task.pid})`,
          ...indent(lines.join('\n'))
            .split('\n')
            .map((line) => `	${line}`),
        ];
  });
  return `static volatile int running;
static void *run(void *tid)
{
${held.length === 0 ? '' : `${held.join('\n')}\n`}	for (running++;;)
		pause();
	return tid;
}
static void thread(long tid)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY), before = running;

	flock(fd, LOCK_EX);
	dprintf(fd, "%ld", tid - 1);
	pthread_create(&(pthread_t){ 0 }, NULL, run, (void *)tid);
	while (running == before)
		usleep(100);${keepsFiles ? '\n\tclose(fd);' : ''}
}`;
}

/** Calls of `hold`, which blocks a signal of the calling thread, and leaves it pending. */
export function writeSignals({ criu }: Task, tid: string): string[] {
  const { blocked = [], pending = [] } = criu ?? {};
  return [
    ...blocked.filter((name) => !pending.includes(name)).map((name) => `hold(${name}, 0, ${tid});`),
    ...pending.map((name) => `hold(${name}, 1, ${tid});`),
  ];
}

/** `if (spawn(pid)) { … }`: what this process does, its children in it. */
function writeProcess(c: Case, task: Task, memory: boolean): string {
  const children = c.tasks.filter((other) => other.parent === task.pid && other.leader === other.pid);
  const orphans = children.filter(({ criu }) => criu?.orphan);
  const threads = c.tasks.filter((other) => other.leader === task.pid && other !== task);
  const body = [
    ...writeGroups(c, task),
    ...(memory ? writeMemory(task, task === c.tasks[0]) : []),
    ...children.filter(({ criu }) => !criu?.orphan && !criu?.entered).map((child) => writeProcess(c, child, memory)),
    ...(orphans.length > 0 ? writeOrphans(c, task, orphans, memory) : []),
    ...threads.map(({ pid }) => `thread(${pid});`),
    ...(task.criu?.resources ?? []).map((name) => RESOURCES[name]!.statement),
    ...writeSignals(task, '0'),
    ...writeEnd(c, task),
  ];
  const inner = indent(body.join('\n'));
  // A signal that comes before the stop would kill the task.
  const stop = task.criu?.stopped ? `\nwaitid(P_PID, ${task.pid}, &(siginfo_t){ 0 }, WSTOPPED | WNOWAIT);` : '';
  return body.length === 1 ? `if (spawn(${task.pid})) ${body[0]}` : `if (spawn(${task.pid})) {\n${inner}\n}${stop}`;
}

/** It is made by a process that enters the namespace of the root, and exits. */
function writeEntered(c: Case, task: Task, memory: boolean): string {
  const enter = `setns(open("/proc/${c.tasks[0]!.pid}/ns/pid", O_RDONLY), CLONE_NEWPID);`;
  return `if (!fork()) {\n${indent([enter, writeProcess(c, task, memory), '_exit(0);'].join('\n'))}\n}\nwait(NULL);`;
}

/** Each is made by a process that exits, which leads their session or group; the parent adopts them. */
function writeOrphans(c: Case, parent: Task, orphans: readonly Task[], memory: boolean): string[] {
  const isInit = c.criu?.namespace === 'own' && parent === c.tasks[0];
  const isTask = (pid: number) => c.tasks.some((task) => task.pid === pid);
  const makers = [...new Set(orphans.map((one) => findGoneMaker(one, isTask)))];
  return [
    ...(isInit ? [] : ['prctl(PR_SET_CHILD_SUBREAPER, 1);']),
    ...makers.map((maker) => {
      const made = orphans.filter((one) => findGoneMaker(one, isTask) === maker);
      const lead = maker === undefined ? [] : [made[0]!.session === maker ? 'setsid();' : 'setpgid(0, 0);'];
      const body = [...lead, ...made.map((one) => writeProcess(c, one, memory)), '_exit(0);'].join('\n');
      const [start, pid] = maker === undefined ? ['!(maker = fork())', 'maker'] : [`spawn(${maker})`, String(maker)];
      return `if (${start}) {\n${indent(body)}\n}\nwaitpid(${pid}, NULL, 0);	/* what it made is adopted */`;
    }),
  ];
}

function writeGroups(c: Case, { pid, session, pgid, parent, criu }: Task): string[] {
  if (session === pid) return ['setsid();'];
  if (pgid === pid) return ['setpgid(0, 0);'];
  // Its maker led them.
  if (criu?.orphan && !c.tasks.some((task) => task.pid === pgid)) return [];
  // It has the group of its parent, or joins one, whose leader may not be there yet.
  return c.tasks.find((task) => task.pid === parent)?.pgid === pgid
    ? []
    : [`while (setpgid(0, ${pgid}))\n	usleep(1000);`];
}

function writeMemory(task: Task, isRoot: boolean): string[] {
  const { pid } = task;
  const map = (at: number, size: number, kind: string): string =>
    `memset(mmap((void *)0x${at.toString(16)}, ${size}, PROT_READ | PROT_WRITE, ${kind} | MAP_ANONYMOUS | MAP_FIXED, -1, 0), ${pid}, ${size});`;
  const shared = isRoot ? [map(SHARED_MEMORY, USUAL_BYTES, 'MAP_SHARED')] : [];
  return [...shared, map(PRIVATE_MEMORY, sizeOfMemory(task), 'MAP_PRIVATE')];
}

function writeEnd(c: Case, { state, exitCode, criu }: Task): string[] {
  if (state === 'zombie')
    return criu?.exitSignal === undefined ? [`_exit(${exitCode});`] : [`kill(getpid(), ${criu.exitSignal});`];
  return criu?.stopped ? [`${closeReady(c)};`, 'kill(getpid(), SIGSTOP);', 'rest();'] : ['rest();'];
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '\t');
}
