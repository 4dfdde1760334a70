/** What a driver knows of a runtime: its command line. Everything else is the same for all. */
import type { RuntimeCall } from '../../index.ts';

/** A container and the folders of one call. */
export interface CallContext {
  readonly name: string;
  /** The bundle: a folder with config.json and rootfs. */
  readonly bundle: string;
  /** The folder of the images. */
  readonly images: string;
  /** The folder of the images that a pre-dump has made just before, relative to `images`. */
  readonly parent?: string;
  /** The folder of CRIU's log. */
  readonly work: string;
  /** The file to which the runtime writes its errors. */
  readonly log: string;
  readonly network: 'own' | 'shared';
  readonly options: readonly string[];
  /** Of restore-renamed: the name that the container had. */
  readonly from?: string;
}

export type DriverCall = RuntimeCall | 'run' | 'state';

export interface Driver {
  readonly name: string;
  /** Whether it checkpoints by CRIU. */
  readonly hasCriu: boolean;
  /** The command that prints its version. */
  readonly versionCommand: readonly string[];
  /** Which start of CRIU, within a call, is the one that dumps or restores. */
  readonly criuStart: number;
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
  /** Shell commands that prepare a sandbox. */
  readonly prepare?: string;
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

/** The init of a container is the script of its tree. */
export function isTreeScript(words: readonly string[], { label }: { readonly label: string }): boolean {
  return words.includes(TREE_SCRIPT) && words.at(-1) === label;
}
