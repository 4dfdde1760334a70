/** The values of facts about processes, in words: the kernel reports masks and statuses as numbers. */
import { signalName } from '../model/signals.ts';

/** By number, from linux/capability.h. */
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

/** What wait(2) reports of a process that has ended: its low 7 bits are the signal that killed it. */
function statusWords(status: number): string {
  const signal = status & 0x7f;
  if (signal === 0) return String((status >> 8) & 0xff);
  return `killed by ${signalName(signal)}${(status & 0x80) === 0 ? '' : ' (core dumped)'}`;
}

/** The numbers of the bits that are set in a hexadecimal mask. */
function listBits(mask: string): number[] {
  const bits = BigInt(`0x${mask}`);
  return Array.from({ length: 64 }, (_, i) => i).filter((i) => (bits >> BigInt(i)) & 1n);
}

/** The device number of a terminal, as proc_pid_stat(5) has it: the minor number is in bits 31 to 20 and 7 to 0. */
function terminalWords(device: number): string {
  return device === 0 ? 'none' : `${(device >> 8) & 0xfff}:${((device >> 12) & 0xfff00) | (device & 0xff)}`;
}

const isMask = (value: string): boolean => /^[0-9a-f]{1,16}$/.test(value);
const isNumber = (value: string): boolean => /^-?\d{1,10}$/.test(value);

/** A value of the fact with this name, as a message has it: `{SIGUSR1 SIGUSR2}`, `killed by SIGKILL`. */
export function describeFact(fact: string, value: string): string {
  if (fact === 'exit status' && isNumber(value)) return statusWords(Number(value));
  if (/^(exit|parent-death) signal$/.test(fact) && isNumber(value))
    return value === '0' ? 'none' : signalName(Number(value));
  if (fact === 'controlling terminal' && isNumber(value)) return terminalWords(Number(value));
  if (/\bsignals\b/.test(fact) && isMask(value))
    return `{${listBits(value)
      .map((bit) => signalName(bit + 1))
      .join(' ')}}`;
  if (/ capabilities$/.test(fact) && isMask(value))
    return `{${listBits(value)
      .map((bit) => `CAP_${CAPABILITIES[bit] ?? bit}`)
      .join(' ')}}`;
  return value;
}

/** What of a set in braces differs, where naming it all would be long: `without CAP_KILL`, `with CAP_BPF`. */
export function describeChange(fact: string, before: string, after: string): string {
  const [was, is] = [describeFact(fact, before), describeFact(fact, after)];
  if (!/ capabilities$/.test(fact) || !isMask(before) || !isMask(after)) return `${fact} ${was}, then ${is}`;
  const [old, now] = [was, is].map((set) => set.slice(1, -1).split(' ').filter(Boolean)) as [string[], string[]];
  const lost = old.filter((one) => !now.includes(one));
  const gained = now.filter((one) => !old.includes(one));
  const some = (word: string, list: string[]): string[] => (list.length === 0 ? [] : [`${word} ${list.join(' ')}`]);
  return `${fact} ${[...some('without', lost), ...some('with', gained)].join(' and ')}`;
}
