/** The container runtimes that `mktrouble setup` unpacks, each as the root of a small Debian with what a case needs around it. */
import type { Program } from './packages.ts';

/** Of trixie first: what is in use. The others have an older and a newer version. */
const SUITES = ['trixie', 'bookworm', 'forky', 'sid'];

/** A shell, the root file system of containers, what CRIU calls, and what stops CRIU at a system call. */
const AROUND = ['bash', 'busybox-static', 'dash', 'gzip', 'iproute2', 'iptables', 'strace', 'tar'];

export interface Runtime extends Program {
  /** It checkpoints by CRIU. */
  readonly hasCriu: boolean;
}

function runtime(name: string, ...more: readonly string[]): Runtime {
  return { name, title: name, companions: [...AROUND, ...more], suites: SUITES, hasCriu: true };
}

/** By name. */
export const RUNTIME_PROGRAMS: Readonly<Record<string, Runtime>> = {
  runc: runtime('runc'),
  crun: runtime('crun', 'libcriu2'),
  // With its monitor, and the runtime below it, which is linked with CRIU's library.
  podman: runtime('podman', 'conmon', 'crun', 'libcriu2', 'netavark', 'runc'),
  runsc: { ...runtime('runsc'), hasCriu: false },
};
