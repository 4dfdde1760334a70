/** The backends that this build has, by name, and those of users, by their file; each is loaded only when it is asked for. */
import type { Backend } from '../backends/backend.ts';
import { BadCache, cacheFolder } from '../backends/host/cache.ts';
import type { BackendModule, CreateOptions } from '../backends/module.ts';
import type { OwnFault } from '../backends/own-fault.ts';
import type { EngineOptions } from '../config/index.ts';
import { type OwnFiles, withoutUndefined } from '../config/options.ts';
import { isMistake } from '../config/own-backend.ts';
import { BACKENDS, type BackendName, isBackendFile, isShipped, type ShippedBackend } from '../model/case.ts';

/** What a user decides about a backend. */
export interface BackendOptions extends EngineOptions, Pick<OwnFiles, 'faults' | 'imageEditors'> {
  /** Whether the commands of scenarios (`subject`) may be run; default: no. */
  readonly allowCommands?: boolean;
}

const OPEN: Readonly<Record<ShippedBackend, (options: BackendOptions) => Promise<Backend>>> = {
  simulated: async () => (await import('../backends/simulated/index.ts')).simulated(),
  native: async ({ plugin }) =>
    (await import('../backends/native/index.ts')).native(plugin === undefined ? {} : { plugin }),
  criu: async ({ criu, allowCommands = false, imageEditors, faults }) =>
    (await import('../backends/criu/index.ts')).criu({
      allowCommands,
      faults: await loadVerbs(faults),
      imageEditors: imageEditors ? (await import('./own-modules.ts')).loadImageEditors(imageEditors) : [],
      ...(criu !== undefined && { criu }),
    }),
  oci: async (options) =>
    (await import('../backends/oci/index.ts')).default.create(
      toCreateOptions(options, await loadVerbs(options.faults)),
    ),
};

async function loadVerbs(files: BackendOptions['faults']): Promise<readonly OwnFault[]> {
  return files ? (await import('./own-modules.ts')).loadFaults(files) : [];
}

/** What a cache that cannot be trusted has is not there. */
async function unlessBadCache<T>(find: () => Promise<T>, otherwise: (reason: string) => T): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof BadCache)) throw error;
    return otherwise(error.message);
  }
}

/** What a backend is made with. */
export function toCreateOptions(
  { allowCommands = false, criu, runtime }: BackendOptions,
  faults: readonly OwnFault[] = [],
): CreateOptions {
  return {
    allowCommands,
    faults,
    ...withoutUndefined({ criu, runtime }),
    async findCriu(version = criu) {
      const { locateCriu } = await import('../backends/criu/locate.ts');
      const environment = version === undefined ? process.env : { ...process.env, MKTROUBLE_CRIU: version };
      return unlessBadCache(
        () => locateCriu(environment),
        (reason) => reason,
      );
    },
    async findUnpacked(program) {
      const { unpackedFolder, unpackedVersions } = await import('../backends/host/packages.ts');
      return unlessBadCache(
        async () => {
          const cache = cacheFolder();
          const versions = await unpackedVersions(cache, program);
          return versions.map((version) => ({ version, folder: unpackedFolder(cache, program, version) }));
        },
        () => [],
      );
    },
  };
}

/** The module of a backend by its name or its file. Throws for a file without one: readBackendModule says why. */
export async function moduleNamed(name: BackendName): Promise<BackendModule> {
  if (!isBackendFile(name))
    return {
      contract: 1,
      name,
      create: ({ allowCommands, criu, runtime }) =>
        openBackend(name, { allowCommands, ...withoutUndefined({ criu, runtime }) }),
    };
  const { readBackendModule } = await import('./backend-module.ts');
  const read = readBackendModule(name);
  if (isMistake(read)) throw new Error(read.message);
  return read;
}

/** The backends that ship, in the order of the format's list. */
export const KNOWN_BACKENDS: readonly ShippedBackend[] = BACKENDS;

/**
 * A new backend; its opener disposes of it. `name`: one of KNOWN_BACKENDS, or the file of a backend of one's own, which is
 * code and is executed (`options.module` goes before it). Rejects for another name. A file without a backend gives one that
 * can do no case: its runs are errors that say why.
 */
export async function openBackend(name: BackendName, options: BackendOptions = {}): Promise<Backend> {
  const { module = isBackendFile(name) ? name : undefined } = options;
  if (module !== undefined) {
    const { createOwnBackend } = await import('./own-backend.ts');
    return createOwnBackend(module, toCreateOptions(options, await loadVerbs(options.faults)));
  }
  if (!isShipped(name)) throw new Error(`this build has no backend ${name}`);
  return OPEN[name](options);
}
