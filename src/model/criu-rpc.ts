/** What of CRIU's command line its RPC has too: the fields of criu_opts (images/rpc.proto), by the names of the options. */
import { CRIU_OPTIONS, type OptionWord } from './criu-options.ts';

/** How CRIU is called. */
export const CRIU_INTERFACES = {
  'command-line': 'a program with options and an action script',
  rpc: 'as container engines do it: criu swrk, with a request and answers in protobuf',
} as const;
export type CriuInterface = keyof typeof CRIU_INTERFACES;

/** A value that has names on the command line, and numbers in a request. */
type Names = Readonly<Record<string, number>>;

export interface RpcField {
  readonly number: number;
  readonly value: 'flag' | 'number' | 'text' | 'list' | 'size' | 'cgroup-root' | Names;
}

/** criu_cg_mode. */
const CGROUP_MODES: Names = { ignore: 0, none: 1, props: 2, soft: 3, full: 4, strict: 5 };
/** criu_network_lock_method. */
const NETWORK_LOCKS: Names = { iptables: 1, nftables: 2, skip: 3 };

function take(value: RpcField['value'], fields: Readonly<Record<string, number>>): [string, RpcField][] {
  return Object.entries(fields).map(([name, number]) => [name, { number, value }]);
}

/** Options without an entry have no counterpart. */
export const RPC_FIELDS: Readonly<Record<string, RpcField>> = Object.fromEntries([
  ...take('flag', { 'leave-running': 3, 'ext-unix-sk': 4, 'tcp-established': 5, 'evasive-devices': 6, 'shell-job': 7 }),
  ...take('flag', { 'file-locks': 8, 'track-mem': 15, 'auto-dedup': 16, 'link-remap': 18, 'force-irmap': 21 }),
  ...take('flag', { 'restore-sibling': 26, 'skip-in-flight': 46, 'weak-sysctls': 47, 'tcp-close': 52 }),
  ...take('flag', { 'mntns-compat-mode': 65, 'skip-file-rwx-check': 66, 'leave-stopped': 69, 'display-stats': 70 }),
  ...take('number', { timeout: 45 }),
  ...take('size', { 'ghost-limit': 35 }),
  ...take('text', { root: 13, 'cgroup-props': 41, 'cgroup-props-file': 42, 'freeze-cgroup': 44, 'lsm-profile': 53 }),
  ...take('text', { 'cgroup-yard': 60, 'lsm-mount-context': 63 }),
  ...take('list', {
    'skip-mnt': 31,
    'enable-fs': 32,
    'irmap-scan-path': 36,
    external: 37,
    'cgroup-dump-controller': 43,
  }),
  ...take('cgroup-root', { 'cgroup-root': 25 }),
  ...take(CGROUP_MODES, { 'manage-cgroups': 34 }),
  ...take(NETWORK_LOCKS, { 'network-lock': 64 }),
]);

/** Why an option cannot be given in a request; undefined: it can. */
export function refuseInRpc(name: string, value: OptionWord): string | undefined {
  const field = RPC_FIELDS[name];
  if (!(name in CRIU_OPTIONS) || value === false) return undefined;
  if (!field) return `the RPC of CRIU has no counterpart of --${name}`;
  if (typeof field.value === 'object' && !(String(value) in field.value))
    return `--${name} is one of ${Object.keys(field.value).join(', ')}`;
  return field.value === 'size' && parseSize(value) === undefined
    ? `--${name} is a number of bytes, or 1K, 1M, 1G`
    : undefined;
}

/** `1M` as bytes. */
export function parseSize(value: OptionWord): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([KMG]?)$/i.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits) * 1024 ** ' KMG'.indexOf(unit.toUpperCase() || ' ');
}
