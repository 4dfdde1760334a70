/** Further C functions of a reproducer: changes of images, and a system call of CRIU that fails. */
import type { CriuSyscall, ImageEdit } from '../../src/model/criu.ts';

/** A function of the program, called as `./repro WORD …`. */
export interface Helper {
  readonly word: string;
  readonly includes: readonly string[];
  readonly text: string;
}

const IMAGE = `static unsigned char in[1 << 20], out[1 << 21], *p, *o;	/* read at p, written at o */`;

/** \`records FILE RECORD drop|repeat\` */
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

/** \`edit FILE RECORD VALUE FIELD[:NTH]…\`: a number, \`+N\` or \`absent\` for a field of a protobuf message in an image. */
export const EDIT: Helper = {
  word: 'edit',
  includes: ['fcntl.h', 'stdlib.h', 'string.h', 'unistd.h'],
  text: `${IMAGE}
static unsigned long get(void)
{
	unsigned long v = 0, s = 0;

	do v |= (*p & 127UL) << s, s += 7; while (*p++ > 127);
	return v;
}
static void put(unsigned long v)
{
	for (; v > 127; v >>= 7)
		*o++ = v | 128;
	*o++ = v;
}
static void copy(unsigned char *end, char *value, char **path)	/* a protobuf message, with one field changed */
{
	int nth = strchr(*path, ':') ? atoi(strchr(*path, ':') + 1) : 0;

	for (unsigned char *from = p, *next, *at = o, sub[1 << 16]; p < end; from = p = next, at = o) {
		unsigned long key = get(), type = key & 7, v = type == 1 ? 8 : type == 5 ? 4 : get();

		next = p + (type ? v : 0);
		if (key >> 3 != atoi(*path) || nth-- != 0) {
			o = mempcpy(o, from, next - from);
		} else if (path[1]) {
			o = sub;
			copy(next, value, path + 1);
			v = o - sub;
			o = at;
			put(key);
			put(v);
			o = mempcpy(o, sub, v);
		} else if (*value != 'a') {
			put(key);
			v = strtol(value, NULL, 0) + (*value == '+' ? v : 0);
			if (type == 0)
				put(v);
			else
				o = mempcpy(o, &v, next - p);
		}
	}
}
static int edit(char **v)	/* FILE RECORD VALUE FIELD[:NTH]... */
{
	int fd = open(v[0], O_RDWR), nr = atoi(v[1]);
	unsigned char *end = in + read(fd, in, sizeof(in)), *at;

	memcpy(out, in, 8);
	for (p = in + 8, o = out + 8; p < end; *(unsigned *)at = o - at - 4) {
		unsigned size = *(unsigned *)p;

		at = o;
		p += 4, o += 4;
		if (nr-- == 0)
			copy(p + size, v[2], v + 3);
		else
			o = mempcpy(o, p, size), p += size;
	}
	return ftruncate(fd, 0) || pwrite(fd, out, o - out, 0) < 0;
}`,
};

/** Changes that need a helper; the shell does the others. */
export function helperFor(edit: ImageEdit): Helper | undefined {
  if (edit.kind === 'field') return EDIT;
  return edit.kind === 'drop' || edit.kind === 'repeat' ? RECORDS : undefined;
}

/** \`inject COMMAND…\`: runs CRIU under ptrace(2); its Nth system call fails, or it gets a signal there. */
export function writeInject({ call, number, errno, signal }: CriuSyscall): Helper {
  const isHit = call === 'all' ? '++n == atoi(getenv("NR"))' : `i.entry.nr == SYS_${call} && ++n == ${number}`;
  const hit =
    errno === undefined
      ? `kill(pid, ${signal});`
      : 'failed = !ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.orig_rax), -1L);	/* no call */';
  const set = `ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.rax), -(long)${errno});`;
  return {
    word: 'inject',
    includes: [
      'errno.h',
      'signal.h',
      'stddef.h',
      'stdlib.h',
      'sys/ptrace.h',
      'sys/syscall.h',
      'sys/user.h',
      'sys/wait.h',
      'unistd.h',
    ],
    text: `static int inject(char **v)	/* counts CRIU's own calls, from where it opens the folder img */
{
	int status, n = -1, failed = 0, pid = fork();

	if (!pid)
		exit(ptrace(PTRACE_TRACEME, 0, 0, 0) || raise(SIGSTOP) || execvp(*v, v));
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		struct __ptrace_syscall_info i = { 0 };
		int sig = WSTOPSIG(status), done = 0;

		ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
		ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i);
		if (i.op == PTRACE_SYSCALL_INFO_EXIT && failed) {
			done = 1;${
        errno === undefined
          ? ''
          : `
			${set}`
      }
		} else if (i.op == PTRACE_SYSCALL_INFO_ENTRY && n < 0) {
			n -= i.entry.nr == SYS_openat && (int)ptrace(PTRACE_PEEKDATA, pid, i.entry.args[1], 0) == *(int *)"img" ? n : 0;
		} else if (i.op == PTRACE_SYSCALL_INFO_ENTRY && ${isHit}) {
			${hit}
		}
		ptrace(done ? PTRACE_DETACH : PTRACE_SYSCALL, pid, 0, sig == SIGSTOP || (sig & ~0x80) == SIGTRAP ? 0 : sig);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}`,
  };
}
