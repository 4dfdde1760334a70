/** The faults of a reproducer for a container runtime: what is made wrong before a call, while it runs, and what is put right afterwards. */
import { type Driver, GUEST } from '../../../src/backends/oci/drivers/driver.ts';
import { RESTORING_CALLS, type RuntimeFault } from '../../../src/model/runtime.ts';
import { quoted } from '../../shared/replay-command.ts';
import { STORAGE } from './container.ts';
import { isDuring, type ScriptCall, WORK } from './setup.ts';

/** Processes of a container by an argument of their command line; the pattern does not fit the command line of grep. */
export function findByArgument(argument: string): string {
  return `grep -lzx '${argument.slice(0, -1)}[${argument.slice(-1)}]' /proc/[0-9]*/cmdline | cut -d / -f 3`;
}

/** Lines of the script before the call. */
export function writeFaults({ faults, call, words }: ScriptCall, driver: Driver, isKept: boolean): string[] {
  return faults.flatMap((fault) => {
    if (fault.isOfRuntime) return writeOwnCall(fault, driver);
    if (isDuring(fault)) return [`stand_in ${quoted(writeDuring(fault, driver))} # in the place of CRIU`];
    switch (fault.kind) {
      case 'kill':
        return [`kill -KILL ${findTarget(fault.value)}; sleep 0.3`];
      case 'stop':
        return [`stopped=${findTarget(fault.value)}; kill -STOP $stopped; sleep 0.3`];
      case 'criu':
        return [
          'rm bin/criu; for c in /usr/sbin/criu /usr/bin/criu; do mount --bind /dev/null $c; done 2> /dev/null # no CRIU',
        ];
      case 'disk':
        return [`mkdir -p ${WORK}/images/1; dd if=/dev/zero of=images/fill bs=64k 2> /dev/null # the disk is full`];
      case 'cgroup':
        return writeCgroup(fault.value);
      case 'pid':
        return [`echo $((${INIT} - 1)) > /proc/sys/kernel/ns_last_pid; sleep 1000 & # takes the pid of the init`];
      case 'image':
        return writeDamage(fault, driver, isKept, words);
      default:
        throw new Error(`${fault.kind} of the ${call}`);
    }
  });
}

/** Lines after the call, where more calls follow or the container is looked at. */
export function writeUndo({ faults }: ScriptCall, isLast: boolean): string[] {
  return faults.flatMap((fault) => {
    if (fault.isOfRuntime) return [];
    if (isDuring(fault) || fault.kind === 'criu') return isLast ? [] : ["stand_in ''"];
    if (fault.kind === 'stop') return ['kill -CONT $stopped'];
    if (fault.kind === 'disk') return ['rm images/fill'];
    if (fault.kind === 'cgroup' && fault.value === 'frozen') return ['echo 0 > $cgroup/cgroup.freeze'];
    return [];
  });
}

function findTarget(value: string): string {
  return value === 'guest' ? `$(${findByArgument(GUEST.at(-1)!)})` : '$(init)';
}

function writeCgroup(state: string): string[] {
  const cgroup = "cgroup=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/$(init)/cgroup)";
  if (state === 'frozen')
    return [`${cgroup}; echo 1 > $cgroup/cgroup.freeze; sleep 0.3 # the cgroup of the container is frozen`];
  return [
    `${cgroup} # the cgroup of the container vanishes`,
    'for p in $(tasks); do echo $p > /sys/fs/cgroup/init/cgroup.procs; done; rmdir $cgroup || exit 125',
  ];
}

/** How a shell changes $f. */
const DAMAGES: Readonly<Record<string, string>> = {
  missing: 'rm $f',
  empty: ': > $f',
  truncated: 'truncate -s $(($(wc -c < $f) / 2)) $f',
  changed:
    'h=$(($(wc -c < $f) / 2)); b=$(od -An -tu1 -j $h -N 1 $f); printf "\\\\$(printf %o $((255 - b)))" | dd of=$f bs=1 seek=$h conv=notrunc 2> /dev/null',
};

function writeDamage(
  { value, damage }: RuntimeFault,
  { openImages }: Driver,
  isKept: boolean,
  words: readonly string[],
): string[] {
  const change = `[ -s "$f" ] || exit 125; ${DAMAGES[damage!]!} # ${damage}`;
  if (!openImages) return [`f=$(find images -name ${value}); ${change}`];
  if (isKept) return [`f=$(find ${STORAGE}/vfs-containers/*/userdata/checkpoint -name ${value}); ${change}`];
  const archive = words[words.indexOf('--import') + 1]!;
  return [
    `mkdir unpacked; tar -xf ${archive} -C unpacked; f=$(find unpacked -name ${value})`,
    change,
    `tar -cf ${archive} -C unpacked .`,
  ];
}

/** The pid of the call of the runtime. */
const RUNTIME = `$(cat ${WORK}/pid)`;
/** That of the init when the container was saved. */
const INIT = `$(cat ${WORK}/init.pid)`;
const TRACE = `${WORK}/trace`;

/** What stands in for CRIU does at the start that dumps or restores. */
function writeDuring(fault: RuntimeFault, driver: Driver): string {
  const { kind, value, of, call, number = 1, errno } = fault;
  if (value === 'hangs') return 'exec sleep 1000';
  if (value === 'fails') return 'exit 1';
  const start = driver.criuStart(of);
  const first = `echo >> ${WORK}/starts; [ $(wc -l < ${WORK}/starts) != ${start} ] || `;
  const signal = kind === 'kill' ? 'KILL' : 'STOP';
  const target: Readonly<Record<string, string>> = {
    runtime: RUNTIME,
    criu: '$$',
    init: INIT,
    monitor: '$(grep -lx conmon /proc/[0-9]*/comm | cut -d / -f 3)',
  };
  if (call === undefined) return `${first}kill -${signal} ${target[value]}`;
  const trace = (what: string): string =>
    `exec strace -D -o ${TRACE} -e trace=${call} -e inject=${call}:${what}:when=${number} $CRIU "$@"`;
  if (kind === 'fail') return `${first}${trace(`error=${errno}`)}`;
  if (value === 'criu') return `${first}${trace(`signal=SIG${signal}`)}`;
  const hit = `until grep -q 'stopped by SIGSTOP' ${TRACE}; do sleep 0.01; done 2> /dev/null; kill -${signal} ${target[value]}; kill -CONT $$`;
  return `${first}{ (${hit}) & ${trace('signal=SIGSTOP')}; }`;
}

/** A system call of the runtime itself, counted from where its code begins: the loader's depend on the libraries of the machine. */
function writeOwnCall({ kind, call, number = 1, errno }: RuntimeFault, { name }: Driver): string[] {
  const program = `"$${name.toUpperCase()}"`;
  const what = kind === 'fail' ? `error=${errno}` : `signal=SIG${kind === 'kill' ? 'KILL' : 'STOP'}`;
  return [
    `loads() { head -c 65536 ${program} | grep -aqE 'ld-(linux|musl)' && strace -E LD_TRACE_LOADED_OBJECTS=1 -e trace=${call},write,writev ${program} 2>&1 > /dev/null; }`,
    `n=$(loads | sed '/^write/,$d' | grep -c '^${call}(') # ${call} in the loader`,
    `front="strace -D -o ${TRACE} -e trace=${call} -e inject=${call}:${what}:when=$((n + ${number}))"`,
  ];
}

/** Whether the process of the runtime ends before what it has started. */
export function isRuntimeHit({ faults }: ScriptCall): boolean {
  return faults.some(({ kind, value }) => kind === 'kill' && value === 'runtime');
}

/** Whether its init is hit while it runs, or its pid is taken afterwards: it has to be known before. */
export function needsInit(faults: readonly RuntimeFault[]): boolean {
  return faults.some(
    ({ kind, value, call, of }) =>
      kind === 'pid' || (value === 'init' && call !== undefined && !RESTORING_CALLS.has(of)),
  );
}
