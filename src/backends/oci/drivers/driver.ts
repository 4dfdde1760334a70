/** What a driver knows of a runtime: its command line. Everything else is the same for all. */
import type { RuntimeCall, RuntimeLimits, RuntimeMount, RuntimeNetwork, RuntimeSetup } from '../../index.ts';

/** A mount of a container; `source`: the folder outside of it, of a bind mount. */
export interface PlacedMount extends RuntimeMount {
  readonly source: string;
}

/** What a container is to be. It is in the config.json of its bundle, for those that read one. */
export interface ContainerSpec {
  readonly args: readonly string[];
  readonly mounts: readonly PlacedMount[];
  /** The file system of POSIX queues is mounted in it. */
  readonly hasQueues?: boolean;
  readonly limits?: RuntimeLimits;
  readonly network: RuntimeNetwork;
  readonly pid: 'own' | 'shared';
  /** Of a user other than root, in a user namespace of that user. */
  readonly rootless?: true;
}

/** A container and the folders of one call. */
export interface CallContext {
  readonly name: string;
  /** The bundle: a folder with config.json and rootfs. */
  readonly bundle: string;
  /** The folder of the images. */
  readonly images: string;
  /** The images are kept with the container, and not in that folder. */
  readonly isKept: boolean;
  /** The folder of the images that a pre-dump has made just before, relative to `images`. */
  readonly parent?: string;
  /** The folder of CRIU's log. */
  readonly work: string;
  /** The file to which the runtime writes its errors. */
  readonly log: string;
  readonly container: ContainerSpec;
  /** Of a restore: the name of the container that is in the images. */
  readonly savedAs?: string;
  readonly options: readonly string[];
}

export type DriverCall = RuntimeCall | 'run' | 'state';

export interface Driver {
  readonly name: string;
  /** Whether it checkpoints by CRIU. */
  readonly hasCriu: boolean;
  /** Of one that can be built without CRIU: whether it has CRIU, by what its --version prints. */
  isBuiltWithCriu?(printed: string): boolean;
  /** Which start of CRIU, within a call, is the one that dumps or restores. */
  criuStart(call: RuntimeCall): number;
  /** Whether a container that was saved stays, as stopped, until it is deleted. */
  readonly keepsSaved: boolean;
  /** Folders in which it keeps an entry for each container. */
  readonly stateFolders: readonly string[];
  /** Calls that it does not have. */
  readonly lacks: readonly RuntimeCall[];
  /** Whether the tasks are asked through files of the root file system; otherwise by a command in the container. */
  readonly sharesFiles: boolean;
  /** Whether it pauses the tasks itself, without a cgroup. */
  readonly pausesInside?: true;
  /** It makes the interfaces of containers itself. */
  readonly makesNetworks?: true;
  /** Shell command that prints what else a call can leave, one a line. */
  readonly leftovers?: string;
  /** It makes the user namespace of a container without root itself. */
  readonly makesUserNamespace?: true;
  /** A shell script that prepares a sandbox. */
  prepare?(setup: RuntimeSetup): string;
  /** It can keep the images with the container. */
  readonly keepsImages?: true;
  /** Shell command that unpacks the images of a call, and prints the folders in which their files are. Needs closeImages. */
  openImages?(context: CallContext): string;
  /** Shell command that makes an archive of what was unpacked. */
  closeImages?(context: CallContext): string;
  /** Pattern, for a shell, of the logs of CRIU, where it has not the folder of its log from the call. */
  readonly logs?: string;
  /** Whether a process, by its command line, is the monitor of the container of this name. Only of runtimes that have one. */
  isMonitor?(words: readonly string[], name: string): boolean;
  /** The words of a call. */
  command(call: DriverCall, context: CallContext): readonly string[];
  /** Whether a process, by its command line, is the init of this container, as the kernel sees it; `label`: what it was called at first. */
  isInit(words: readonly string[], container: { readonly name: string; readonly label: string }): boolean;
  /** The status in what its state call printed; undefined: there is no such container. */
  readStatus?(printed: string): string | undefined;
}

/** The command that exec-detached starts. */
export const GUEST: readonly string[] = ['/bin/busybox', 'sleep', '864000'];

/** Below the root of each container. */
export const TREE_SCRIPT = '/mk/tree.sh';

/** Shells start it as this. */
const SHELL = '/bin/sh';

/** The command of a container: its tree. */
export function treeCommand(label: string): readonly string[] {
  return [SHELL, TREE_SCRIPT, label];
}

/** The init of a container is the script of its tree. */
export function isTreeScript(words: readonly string[], { label }: { readonly label: string }): boolean {
  return String(words) === String(treeCommand(label));
}
