/**
 * A finding as a test of zdtm, CRIU's own suite: the test builds the tree below itself, waits for the dump and the restore, and
 * compares what /proc shows of each task. Pids are those that fork() gives. Not every case can be exported: such a test is
 * dumped itself, so it can neither damage images nor make a system call of CRIU fail.
 */
import type { Case, Task } from '../../src/model/case.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { indent, writeSignals } from './tree-c.ts';

export interface ZdtmTest {
  readonly program: string;
  /** The .desc file beside it. */
  readonly desc: string;
}

export function writeZdtm(finding: ExportedFinding): ZdtmTest {
  const { case: c, title, statements } = finding;
  refuseOtherFaults(finding);
  const root = c.tasks[0]!;
  const threads = c.tasks.some(({ pid, leader }) => pid !== leader);
  const tasks = c.tasks.filter(({ pid, leader }) => pid === leader && pid !== root.pid);
  const faults = c.faults.map(({ targets, verb, signal }) => {
    const name = verb === 'kill' ? 'SIGKILL' : verb === 'stop' ? 'SIGSTOP' : signal;
    return `kill(pids[${tasks.findIndex(({ pid }) => pid === targets[0])}], ${name});`;
  });
  const program = `#include <dirent.h>
#include <errno.h>
${threads ? '#include <pthread.h>\n' : ''}#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "zdtmtst.h"

const char *test_doc = ${JSON.stringify(title)};
const char *test_author = "mktrouble";

#define NR_TASKS ${tasks.length}
#define FACTS_SIZE 8192

static pid_t *pids;

static void hold(int sig, int pending, pid_t tid)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (pending && tid)
		syscall(SYS_tgkill, getpid(), tid, sig);
	else if (pending)
		kill(getpid(), sig);
}
${threads ? `\n${writeThreads(c)}\n` : ''}
/* The states, signals and exit status of a process and its threads. */
static int read_facts(pid_t pid, char *facts)
{
	char path[300], line[512];
	struct dirent *entry;
	size_t used = 0;
	FILE *f;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return -1;
	facts[0] = 0;
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, entry->d_name);
		f = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			if (!strncmp(line, "State:", 6) || !strncmp(line, "SigPnd:", 7) || !strncmp(line, "SigBlk:", 7) ||
			    !strncmp(line, "ShdPnd:", 7))
				used += snprintf(facts + used, FACTS_SIZE - used, "%s", line);
		if (f)
			fclose(f);
	}
	closedir(dir);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fgets(line, sizeof(line), f) && strrchr(line, ' '))
		snprintf(facts + used, FACTS_SIZE - used, "exit%s", strrchr(line, ' '));
	if (f)
		fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	static char before[NR_TASKS][FACTS_SIZE], after[FACTS_SIZE];
	int ret = 0, i;

	test_init(argc, argv);
	pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pids == MAP_FAILED) {
		pr_perror("mmap");
		return 1;
	}

${indent(writeChildren(c, root, tasks))}
	while (!pids[NR_TASKS - 1])
		usleep(1000);
${faults.length === 0 ? '' : `${indent(faults.join('\n'))}\n`}	for (i = 0; i < NR_TASKS; i++)
		if (read_facts(pids[i], before[i])) {
			pr_perror("/proc/%d", pids[i]);
			return 1;
		}

	test_daemon();
	test_waitsig();

	for (i = 0; i < NR_TASKS; i++)
		if (read_facts(pids[i], after) || strcmp(before[i], after)) {
			fail("task %d differs after the restore: was\\n%sis\\n%s", pids[i], before[i], after);
			ret = 1;
		}
	for (i = 0; i < NR_TASKS; i++)
		kill(pids[i], SIGKILL);
	if (!ret)
		pass();
	return ret;
}
`;
  const rule = Object.values(statements)[0];
  return { program: `/* ${rule ?? title} */\n${program}`, desc: "{'flavor': 'h ns', 'flags': 'suid'}\n" };
}

function refuseOtherFaults({ case: c, violates }: ExportedFinding): void {
  const { criu } = c;
  if (c.runtime) throw new CannotExport('zdtm is the suite of CRIU, and calls no container runtime: use --as sh');
  if (!criu) throw new CannotExport('zdtm is a suite for CRIU, and the scenario is not for CRIU: use --as markdown');
  const odd = [
    ...(criu.images.length > 0 ? ['changes images'] : []),
    ...(criu.syscalls.length > 0 ? ['makes a system call of CRIU fail'] : []),
    ...(criu.scriptFails.length > 0 ? ['has an action script that fails'] : []),
    ...(criu.taken.length > 0 ? ['takes pids'] : []),
    ...(c.faults.some(({ own }) => own) ? ['has a fault verb of your own'] : []),
    ...(c.faults.some(({ when, own }) => !own && (when.kind !== 'criu' || when.at !== 'before-dump'))
      ? ['has a fault in the middle of a call of CRIU']
      : []),
    ...(c.tasks.some((task) => task.criu?.orphan) ? ['has orphans'] : []),
    ...(c.tasks.some((task) => task.criu?.entered) ? ['has a task that entered its namespace'] : []),
    ...(c.tasks.some((task) => task.criu?.resources) ? ['has resources of tasks'] : []),
    ...(criu.namespaces ? ['has namespaces of its own'] : []),
    ...(criu.parallel === undefined ? [] : ['restores several times at once']),
    ...(c.subject ? ['dumps a program of its own'] : []),
  ];
  if (odd.length > 0)
    throw new CannotExport(`the scenario ${odd.join(', ')}, which a test of zdtm cannot do: use --as sh or --as c`);
  if (!violates.includes('restored-tree-matches-dump'))
    throw new CannotExport(
      `a test of zdtm sees only the restored tree, and not ${violates.join(', ')}: use --as sh or --as c`,
    );
  if (c.tasks.filter(({ pid, leader }) => pid === leader).length < 2)
    throw new CannotExport('the tree has no child to compare');
}

function writeChildren(c: Case, parent: Task, all: readonly Task[]): string {
  const children = all.filter((task) => task.parent === parent.pid);
  return children.map((task) => writeProcess(c, task, all)).join('\n');
}

function writeProcess(c: Case, task: Task, all: readonly Task[]): string {
  const threads = c.tasks.filter(({ leader, pid }) => leader === task.pid && pid !== task.pid);
  const below = writeChildren(c, task, all);
  const { criu } = task;
  const body = [
    ...(below === '' ? [] : [below]),
    ...threads.map(({ pid }) => `thread(${pid});`),
    ...writeSignals(task, '0'),
    task.state === 'zombie'
      ? criu?.exitSignal === undefined
        ? `_exit(${task.exitCode});`
        : `kill(getpid(), ${criu.exitSignal});`
      : 'for (;;)\n	pause();',
  ];
  const settle =
    task.state === 'zombie'
      ? 'waitid(P_PID, pid, &info, WEXITED | WNOWAIT);'
      : criu?.stopped
        ? 'kill(pid, SIGSTOP);\nwaitid(P_PID, pid, &info, WSTOPPED | WNOWAIT);'
        : 'usleep(100000);';
  return `{${settle.includes('info') ? '\n	siginfo_t info;' : ''}
	pid_t pid = test_fork();

	if (pid < 0) {
		pr_perror("fork");
		exit(1);
	}
	if (pid == 0) {
${indent(indent(body.join('\n')))}
	}
${indent(settle)}
	pids[${all.indexOf(task)}] = pid;
}`;
}

function writeThreads(c: Case): string {
  const held = c.tasks
    .filter(({ pid, leader }) => pid !== leader)
    .flatMap((task) => {
      const lines = writeSignals(task, 'syscall(SYS_gettid)');
      return lines.length === 0
        ? []
        : [`	if ((long)number == ${task.pid}) {`, indent(indent(lines.join('\n'))), '	}'];
    });
  return `static volatile int running;

static void *run(void *number)
{
${held.length === 0 ? '' : `${held.join('\n')}\n`}	running++;
	for (;;)
		pause();
	return NULL;
}

static void thread(long number)
{
	pthread_t t;
	int now = running;

	if (pthread_create(&t, NULL, run, (void *)number)) {
		pr_perror("pthread_create");
		exit(1);
	}
	while (running == now)
		usleep(1000);
}`;
}
