/**
 * A program of the scenario's (`subject`) in a reproducer: the shell writes its files, starts it with the pid of the root, and waits until
 * it is ready.
 */
import path from 'node:path';
import type { Case } from '../../src/model/case.ts';
import type { Subject } from '../../src/model/subject.ts';
import { CannotExport } from './finding.ts';
import type { TreeSource } from './tree-c.ts';

/** The folder of the case: some scenarios name it. */
export const FOLDER = '/run/mktrouble/case';
/** Seconds for which the program is waited for. */
const READY = 10;

/** A word for any POSIX shell: a line may end in it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function refuseSubject({ load, exitCode, ready }: Subject): void {
  if (load) throw new CannotExport('a program that is kept busy (`load`)');
  if (exitCode !== undefined) throw new CannotExport('a program that ends by itself (`exit-code`)');
  if (ready && ready.sign.kind !== 'file' && ready.sign.kind !== 'output')
    throw new CannotExport('a program that is ready when a port or a socket accepts connections');
}

/** The lines that start the program as the process with the pid of the root; `start`: the command that writeStart makes. */
export function startSubject(subject: Subject, start: string, root: number): string[] {
  refuseSubject(subject);
  const { command, env, files, cwd, ready } = subject;
  const folder = path.resolve(FOLDER, cwd);
  const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command].map(quoted).join(' ');
  return [
    `mkdir -p ${quoted(folder)} && cd ${quoted(FOLDER)}`,
    ...files.flatMap(writeFile),
    ...(folder === FOLDER ? [] : [`cd ${quoted(folder)}`]),
    `echo ${root} > /proc/sys/kernel/ns_last_pid # its children get the pids after its own`,
    `${start} ${Object.keys(env).length > 0 ? 'env ' : ''}${words} < /dev/null > /run/out 2> /run/err`,
    ...(ready ? waitFor(ready.sign, folder) : ['sleep 1']),
    'cd /run',
  ];
}

/** The end of main(): the command in its arguments is executed with a chosen pid. */
export function writeStart(root: number): TreeSource {
  return {
    includes: ['linux/sched.h', 'signal.h', 'sys/syscall.h', 'unistd.h'],
    functions: '',
    body: `	/* starts a program with pid ${root}, in a session of its own, with no files open but the standard three */
	if (syscall(SYS_clone3, &(struct clone_args){ .exit_signal = SIGCHLD, .set_tid = (long)&(int){ ${root} },
		.set_tid_size = 1 }, sizeof(struct clone_args)))
		return 0;
	setsid();
	close_range(3, ~0U, 0);
	return execvp(v[2], v + 2);`,
  };
}

function writeFile({ path: file, text, mode }: Subject['files'][number]): string[] {
  const folder = path.dirname(file);
  return [
    ...(folder === '.' ? [] : [`mkdir -p ${quoted(folder)}`]),
    `cat > ${quoted(file)} <<'END-OF-FILE'`,
    text.replace(/\n$/, ''),
    'END-OF-FILE',
    ...(mode === 0o644 ? [] : [`chmod ${mode.toString(8)} ${quoted(file)}`]),
  ];
}

function waitFor(sign: NonNullable<Subject['ready']>['sign'], folder: string): string[] {
  const shown =
    sign.kind === 'file'
      ? `[ -e ${quoted(path.resolve(folder, sign.path))} ]`
      : `grep -qsF ${quoted('text' in sign ? sign.text : '')} /run/out /run/err`;
  return [`for i in $(seq ${READY}0); do ${shown} && break; sleep 0.1; done; ${shown} || exit 125`];
}

/** The options that a program needs in the dump and the restore. */
export function subjectOptions({ subject }: Case): string {
  return subject ? ' --file-locks --tcp-established --skip-in-flight --ext-unix-sk' : '';
}
