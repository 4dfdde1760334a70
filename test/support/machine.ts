/**
 * A machine of its own for a test that compares all of it: namespaces in which only the test runs, so that what other
 * programs change meanwhile does not disturb it. /run, /tmp, /dev/shm and /var/tmp are empty there.
 */
import { spawnSync } from 'node:child_process';
import { ROOT } from './markdown.ts';
import { run } from './program.ts';

const SEPARATE = ['--net', '--ipc', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];
const EMPTY = ['/run', '/tmp', '/dev/shm', '/var/tmp'];
/** The repository stays where it is, also below one of the folders that are empty there. */
const FURNISH = [
  'root=$1; shift',
  'mount --bind "$root" /mnt || exit 90',
  `for folder in ${EMPTY.join(' ')}; do mount -t tmpfs -o mode=1777 test $folder || exit 90; done`,
  'mkdir -p "$root" && mount --move /mnt "$root" || exit 90',
  'mount -t mqueue test /dev/mqueue 2> /dev/null',
  'exec "$@"',
].join('\n');

/** Why there can be no such machine here, or none that has these programs; undefined when there can. */
export function whyNoMachine(programs: readonly string[] = []): string | undefined {
  const hidden = programs.find((program) => EMPTY.some((folder) => program.startsWith(`${folder}/`)));
  if (hidden !== undefined && !hidden.startsWith(`${ROOT}/`)) return `${hidden} is not on a machine of its own`;
  const { status, error } = spawnSync('unshare', [...SEPARATE, 'sh', '-c', FURNISH, 'sh', ROOT, 'true']);
  if (error) return 'there is no unshare (package util-linux)';
  return status === 0 ? undefined : 'namespaces for a machine of its own need root';
}

/**
 * The command that runs a TypeScript file there. The machine ends with the process that starts it, however that ends: unshare
 * itself ignores the signals of a terminal.
 */
export function machineCommand(file: string, args: readonly string[]): string[] {
  const node = [process.execPath, '--import', 'tsx', file, ...args];
  return ['setpriv', '--pdeathsig', 'KILL', 'unshare', ...SEPARATE, 'sh', '-c', FURNISH, 'sh', ROOT, ...node];
}

/** Runs a TypeScript file there to its end; its standard output. Rejects when it fails. */
export async function runOnMachine(file: string, args: readonly string[]): Promise<string> {
  const [command, ...rest] = machineCommand(file, args);
  const { code, stdout, stderr } = await run(command!, rest);
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
