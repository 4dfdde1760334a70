/** The options of `criu dump` and `criu restore` by their real names, as `criu --help` of 4.1.1 and 4.2.1 lists them. */
import type { CriuCall, CriuSetup } from './criu.ts';

/** What follows an option: nothing, a text, a number, or a text each time that it is given. */
export type OptionValue = 'flag' | 'text' | 'number' | 'list';

export interface CriuOption {
  readonly value: OptionValue;
  /** The calls that use it; CRIU ignores it in the other. */
  readonly calls: readonly CriuCall[];
}

const BOTH: readonly CriuCall[] = ['dump', 'restore'];
const DUMP: readonly CriuCall[] = ['dump'];
const RESTORE: readonly CriuCall[] = ['restore'];

function take(value: OptionValue, calls: readonly CriuCall[], names: string): [string, CriuOption][] {
  return names.split(' ').map((name) => [name, { value, calls }]);
}

/** Every option that a scenario can give. */
export const CRIU_OPTIONS: Readonly<Record<string, CriuOption>> = Object.fromEntries([
  ...take('flag', BOTH, 'tcp-established tcp-close shell-job file-locks link-remap evasive-devices ext-unix-sk'),
  ...take('flag', BOTH, 'auto-dedup allow-uprobes log-pid display-stats'),
  ...take('flag', DUMP, 'leave-running leave-stopped skip-in-flight force-irmap track-mem ghost-fiemap'),
  ...take('flag', RESTORE, 'mntns-compat-mode weak-sysctls skip-file-rwx-check restore-sibling'),
  ...take('number', DUMP, 'timeout'),
  ...take('text', DUMP, 'freeze-cgroup ghost-limit'),
  ...take('text', BOTH, 'network-lock manage-cgroups cpu-cap cgroup-props cgroup-props-file cgroup-yard root libdir'),
  ...take('text', BOTH, 'file-validation'),
  ...take('text', RESTORE, 'pidfile lsm-profile lsm-mount-context'),
  ...take('list', BOTH, 'external cgroup-root enable-fs empty-ns'),
  ...take('list', DUMP, 'skip-mnt irmap-scan-path cgroup-dump-controller'),
  ...take('list', RESTORE, 'inherit-fd join-ns'),
]);

/** Options whose values name no file, cgroup, namespace or plug-in outside of the case. */
const WITHIN_THE_CASE = new Set(
  'timeout ghost-limit network-lock cpu-cap file-validation skip-mnt enable-fs empty-ns cgroup-dump-controller'.split(
    ' ',
  ),
);

/**
 * Whether an option can make CRIU load a program, or change something outside of the case: then it is a command, which only the user
 * can allow. `libdir` loads libraries, `freeze-cgroup` stops the tasks of any cgroup.
 */
export function reachesOutside(name: string, value: OptionWord): boolean {
  if (typeof value === 'boolean' || WITHIN_THE_CASE.has(name)) return false;
  if (name === 'pidfile') return /^\.|\//.test(String(value));
  if (name === 'manage-cgroups') return value !== 'ignore' && value !== 'none';
  return true;
}

/** Options of which `criu --help` says nothing. */
export const UNLISTED_OPTIONS = ['ext-unix-sk'] as const;

/** Options that the backend gives itself, or that a scenario has other words for, each with the reason. */
export const RESERVED_OPTIONS: Readonly<Record<string, string>> = {
  tree: 'the tree of the scenario',
  'restore-detached': 'mktrouble looks at the restored tree, so that CRIU must not wait for its end',
  'images-dir': 'a folder of the case',
  'work-dir': 'a folder of the case',
  'log-file': 'mktrouble reads it',
  verbosity: 'mktrouble reads errors and warnings',
  'action-script': 'faults come at stages: when: { criu: … }; script-fails makes it fail',
  unprivileged: 'given where mktrouble runs as an ordinary user',
  'exec-cmd': 'excludes restore-detached',
  'prev-images-dir': 'given to what follows a pre-dump of its round',
  'pre-dump-mode': 'the default of CRIU is used',
  'lazy-pages': 'criu: { lazy-pages: … } starts the daemon too',
  'page-server': 'criu: { page-server: … } starts the server too',
  stream: 'needs criu-image-streamer beside it',
};

/** What a successful dump leaves of the tree: nothing, unless an option says otherwise. */
export function whatDumpLeaves({ options }: Pick<CriuSetup, 'options'>): 'nothing' | 'running' | 'stopped' {
  const { 'leave-running': running, 'leave-stopped': stopped } = options.dump ?? {};
  return stopped === true ? 'stopped' : running === true ? 'running' : 'nothing';
}

export type OptionWord = boolean | string | number | string[];
export type CriuOptionWords = Readonly<Record<string, OptionWord>>;

/** The words of a command line; `false` is an option that is not given. */
export function optionWords(options: CriuOptionWords): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === false) return [];
    if (value === true) return [`--${name}`];
    // One word each: the value of some options may be left out, so that a second word would be none of theirs.
    return (Array.isArray(value) ? value : [value]).map((one) => `--${name}=${one}`);
  });
}
