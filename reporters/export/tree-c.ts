/**
 * The tree of a case as a C program: one nested block for each process, as it forks. Each task has the pid that the scenario
 * gives it. main() returns when every task is in its final state: each closes its end of a pipe there.
 */
import { type Case, findGoneMaker, type Task } from '../../src/model/case.ts';
import { CannotExport } from './finding.ts';

export interface TreeSource {
  readonly includes: readonly string[];
  readonly functions: string;
  /** Of main(), the end of it. */
  readonly body: string;
}

/** KiB that a task has when the scenario does not say how much. */
const USUAL_MEMORY = 16;

export function writeTree(c: Case): TreeSource {
  refuseWhatNoTreeHas(c);
  const threads = c.tasks.filter(({ pid, leader }) => pid !== leader);
  const holds = c.tasks.some(({ criu }) => (criu?.blocked.length ?? 0) + (criu?.pending.length ?? 0) > 0);
  const memory = needsMemory(c);
  const entered = c.tasks.filter(({ criu }) => criu?.entered);
  const hasOrphans = c.tasks.some(({ criu }) => criu?.orphan);
  const includes = [
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
      'static int ready[2];	/* a pipe, that each task closes when it is ready */',
      'static void rest(void) { for (close_range(3, ~0U, 0);;) pause(); }',
      ...(threads.length > 0 ? [writeThreads(threads)] : []),
    ].join('\n'),
    body: indent(
      `${hasUnnamedMaker(c) ? 'pid_t maker;\n\n' : ''}pipe(ready);\n${[writeProcess(c, c.tasks[0]!, memory), ...entered.map((one) => writeEntered(c, one, memory))].join('\n')}\nclose(ready[1]);\nreturn read(ready[0], &(char){ 0 }, 1);	/* when every task is ready */`,
    ),
  };
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
  const rich = tasks.find(({ criu }) => criu?.resources !== undefined);
  if (rich)
    throw new CannotExport(`the program does not make what task ${rich.pid} has: ${rich.criu!.resources!.join(', ')}`);
  if (criu?.namespaces)
    throw new CannotExport(`the program makes no namespaces but that of pids: ${criu.namespaces.join(', ')}`);
}

/** Memory has an image of its own; a change of one needs the same mappings as in the scenario. */
export function needsMemory({ criu, tasks }: Case): boolean {
  const changed = (criu?.images ?? []).some(
    (edit) => 'file' in edit && /^(pages|pagemap|mm|memfd|files)/.test(edit.file),
  );
  return changed || tasks.some((task) => (task.criu?.memory ?? USUAL_MEMORY) !== USUAL_MEMORY);
}

function writeSpawn({ criu, tasks }: Case): string {
  const root = tasks[0]!.pid;
  const isOwn = criu?.namespace === 'own';
  const [first, last] = isOwn ? [`(int[]){ p == ${root} ? 1 : p, p }`, 2] : ['&(int){ p }', 1];
  const flags = isOwn ? `, .flags = p == ${root} ? CLONE_NEWPID : 0` : '';
  return `/* fork(), with a chosen pid${isOwn ? `; ${root} is the init of a pid namespace` : ''} */
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

function writeThreads(threads: readonly Task[]): string {
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
		usleep(100);
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
    ...writeSignals(task, '0'),
    ...writeEnd(task),
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

function writeMemory({ criu, pid }: Task, isRoot: boolean): string[] {
  const bytes = ((criu?.memory ?? USUAL_MEMORY) << 10) + 4096;
  const map = (at: string, size: number, kind: string): string =>
    `memset(mmap((void *)${at}, ${size}, PROT_READ | PROT_WRITE, ${kind} | MAP_ANONYMOUS | MAP_FIXED, -1, 0), ${pid}, ${size});`;
  return [...(isRoot ? [map('0x300000000', 20480, 'MAP_SHARED')] : []), map('0x200000000', bytes, 'MAP_PRIVATE')];
}

function writeEnd({ state, exitCode, criu }: Task): string[] {
  if (state === 'zombie')
    return criu?.exitSignal === undefined ? [`_exit(${exitCode});`] : [`kill(getpid(), ${criu.exitSignal});`];
  return criu?.stopped ? ['close_range(3, ~0U, 0);', 'kill(getpid(), SIGSTOP);', 'rest();'] : ['rest();'];
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '\t');
}
