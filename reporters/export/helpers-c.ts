/** Further C functions of a reproducer: changes of images, a system call of CRIU that fails, what waits in open files. */
import type { CriuSyscall, ImageEdit } from '../../src/model/criu.ts';

/** A function of the program, called as `./repro WORD …`. */
export interface Helper {
  readonly word: string;
  readonly includes: readonly string[];
  readonly text: string;
}

const IMAGE = `static unsigned char in[1 << 20], out[1 << 21], *p = in, *o = out;	/* read at p, written at o */`;

/** `records FILE RECORD drop|repeat` */
export const RECORDS: Helper = {
  word: 'records',
  includes: ['fcntl.h', 'stdlib.h', 'string.h', 'unistd.h'],
  text: `${IMAGE}
static int records(char **v)	/* FILE RECORD drop|repeat; a record: its length in four bytes, a message */
{
	int fd = open(v[0], O_RDWR), nr = atoi(v[1]);
	unsigned char *end = in + read(fd, in, sizeof(in));

	memcpy(out, in, 8);
	for (p = in + 8, o = out + 8; p < end; p += 4 + *(unsigned *)p, nr--)
		for (int times = nr ? 1 : *v[2] == 'd' ? 0 : 2; times > 0; times--)
			o = mempcpy(o, p, 4 + *(unsigned *)p);
	return ftruncate(fd, 0) || pwrite(fd, out, o - out, 0) < 0;
}`,
};

/**
 * `edit FILE RECORD VALUE FIELD[:NTH]…`: a number, `+N` or `absent` for a field of a protobuf message in an image. Lengths
 * and numbers that it writes have five and ten bytes, which protobuf reads as it reads shorter ones.
 */
export const EDIT: Helper = {
  word: 'edit',
  includes: ['fcntl.h', 'stdlib.h', 'string.h', 'unistd.h'],
  text: `${IMAGE}
static unsigned long get(void)	/* a varint */
{
	unsigned long v = 0, s = 0;

	do v |= (*p & 127UL) << s, s += 7; while (*p++ > 127);
	return v;
}
static void put(unsigned char *at, unsigned long v, int bytes)
{
	for (; bytes-- > 0; v >>= 7)
		*at++ = (v & 127) | (bytes ? 128 : 0);
}
static void copy(unsigned char *end, char *value, char **path)	/* a message, without or with one field changed */
{
	int nth = *path && strchr(*path, ':') ? atoi(strchr(*path, ':') + 1) : 0;

	for (unsigned char *from; (from = p) < end;) {
		unsigned long key = get(), type = key & 7, start = p - in, v = type == 1 ? 8 : type == 5 ? 4 : get();
		unsigned char *next = p + (type ? v : 0), *at;

		if (!*path || key >> 3 != atoi(*path) || nth-- != 0) {
			o = mempcpy(o, from, next - from);
		} else if (path[1]) {
			at = mempcpy(o, from, in + start - from);
			o = at + 5;
			copy(next, value, path + 1);
			put(at, o - at - 5, 5);
		} else if (*value != 'a') {
			o = mempcpy(o, from, in + start - from);
			v = strtol(value, NULL, 0) + (*value == '+' ? v : 0);
			type ? memcpy(o, &v, next - p) : put(o, v, 10);
			o += type ? next - p : 10;
		}
		p = next;
	}
}
static int edit(char **v)	/* FILE RECORD VALUE FIELD[:NTH]...; a record: its length in four bytes, a message */
{
	int fd = open(v[0], O_RDWR), nr = atoi(v[1]);
	unsigned char *end = in + read(fd, in, sizeof(in)), *at;

	for (o = mempcpy(out, in, 8), p = in + 8; p < end; *(unsigned *)at = o - at - 4) {
		unsigned size = *(unsigned *)p;

		at = o, o += 4, p += 4;
		copy(p + size, v[2], nr-- ? (char *[]){ NULL } : v + 3);
	}
	return ftruncate(fd, 0) || pwrite(fd, out, o - out, 0) < 0;
}`,
};

/** Changes that need a helper; the shell makes the others. */
export function helperFor(edit: ImageEdit): Helper | undefined {
  if (edit.kind === 'field') return EDIT;
  return edit.kind === 'drop' || edit.kind === 'repeat' ? RECORDS : undefined;
}

/** Whether the number of the call depends on the machine and the program: the script tries those near it, NR in the environment. */
export function isSearched({ call, after, task }: CriuSyscall): boolean {
  return task === undefined && (call === 'all' || after !== undefined);
}

/** The file that the action script makes at the stage after which system calls are counted. */
export const COUNTED_FROM = 'counted';

/** `inject COMMAND…`: runs CRIU under ptrace(2); its Nth system call fails, or it gets a signal there. */
export function writeInject(one: CriuSyscall): Helper {
  if (one.task !== undefined) return writeInjectIntoTask(one, one.task);
  const { call, number, errno, signal, after } = one;
  const wanted = isSearched(one) ? 'atoi(getenv("NR"))' : number;
  const isHit = `${call === 'all' ? '' : `i.entry.nr == SYS_${call} && `}++n == ${wanted}`;
  const hit =
    errno === undefined
      ? `kill(pid, ${signal});`
      : 'failed = !ptrace(PTRACE_POKEUSER, pid, 8 * ORIG_RAX, -1L);	/* no call */';
  const fail =
    errno === undefined
      ? ''
      : `(i.op == PTRACE_SYSCALL_INFO_EXIT && failed)
			done = !ptrace(PTRACE_POKEUSER, pid, 8 * RAX, -(long)${errno});
		else if `;
  const [counted, start] =
    after === undefined
      ? [
          'where it opens the folder img',
          'i.entry.nr == SYS_openat && (int)ptrace(PTRACE_PEEKDATA, pid, i.entry.args[1], 0) == *(int *)"img" ? 0 : n',
        ]
      : [`the stage ${after}`, `access("${COUNTED_FROM}", F_OK)`];
  return {
    word: 'inject',
    includes: [
      ...(errno === undefined ? [] : ['errno.h', 'sys/reg.h']),
      ...(isSearched(one) ? ['stdlib.h'] : []),
      'signal.h',
      'sys/ptrace.h',
      'sys/syscall.h',
      'sys/wait.h',
      'unistd.h',
    ],
    text: `static int inject(char **v)	/* counts CRIU's own calls, from ${counted} */
{
	struct __ptrace_syscall_info i;
	int status, sig, n = -1,${errno === undefined ? '' : ' failed = 0,'} done = 0, pid = fork();

	if (!pid)
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP) || execvp(*v, v));
	for (; waitpid(pid, &status, 0) == pid && WIFSTOPPED(status); ptrace(done ? PTRACE_DETACH : PTRACE_SYSCALL, pid, 0, sig)) {
		sig = WSTOPSIG(status) == SIGSTOP || (WSTOPSIG(status) & ~0x80) == SIGTRAP ? 0 : WSTOPSIG(status);
		ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i);
		if ${fail}(i.op == PTRACE_SYSCALL_INFO_ENTRY && n < 0)
			n = ${start};
		else if (i.op == PTRACE_SYSCALL_INFO_ENTRY && ${isHit})
			${hit}
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}`,
  };
}

/** `inject COMMAND…`: the same for a call of a task that CRIU restores, from the start of that task. */
function writeInjectIntoTask({ call, number, errno, signal }: CriuSyscall, task: number): Helper {
  const isHit = `i.op == PTRACE_SYSCALL_INFO_ENTRY${call === 'all' ? '' : ` && i.entry.nr == SYS_${call}`} && ++n == ${number}`;
  const hit =
    errno === undefined
      ? `kill(pid, ${signal});`
      : 'failed = !ptrace(PTRACE_POKEUSER, pid, 8 * ORIG_RAX, -1L);	/* no call */';
  const fail = `
			failed = ptrace(PTRACE_POKEUSER, pid, 8 * RAX, -(long)${errno});
		else if `;
  return {
    word: 'inject',
    includes: [
      ...(errno === undefined ? [] : ['errno.h', 'sys/reg.h']),
      'signal.h',
      'sys/ptrace.h',
      'sys/syscall.h',
      'sys/wait.h',
      'unistd.h',
    ],
    text: `static int inject(char **v)	/* counts the calls of task ${task} while CRIU restores it */
{
	struct __ptrace_syscall_info i;
	int status, end = 0, n = 0,${errno === undefined ? '' : ' failed = 0,'} pid, sig, criu = fork();

	if (!criu)
		_exit(ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP) || execvp(*v, v));
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			end = pid == criu ? status : end;
			continue;
		}
		sig = WSTOPSIG(status) == SIGSTOP || (WSTOPSIG(status) & ~0x80) == SIGTRAP ? 0 : WSTOPSIG(status);
		ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACECLONE);
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i);
		${errno === undefined ? 'if (' : `if (pid == ${task} && i.op == PTRACE_SYSCALL_INFO_EXIT && failed)${fail}(`}pid == ${task} && ${isHit})
			${hit}
		ptrace(pid == ${task} ? PTRACE_SYSCALL : PTRACE_CONT, pid, 0, sig);
	}
	return WIFSIGNALED(end) ? 128 + WTERMSIG(end) : WEXITSTATUS(end);
}`,
  };
}

/** `queued PID` */
export const QUEUED: Helper = {
  word: 'queued',
  includes: ['stdio.h', 'stdlib.h', 'sys/ioctl.h', 'sys/syscall.h', 'unistd.h'],
  text: `static int queued(char **v)	/* PID: how many bytes wait in each of its open files */
{
	int process = syscall(SYS_pidfd_open, atoi(*v), 0), bytes;

	for (int fd = 3; fd < 64; fd++)
		if (!ioctl(syscall(SYS_pidfd_getfd, process, fd, 0), FIONREAD, &bytes))
			printf("%d: %d bytes\\n", fd, bytes);
	return 0;
}`,
};
