/** The one object that says what is run and how: made once, from the command line, the environment, the configuration file and the defaults. */
import { type BackendName, isBackendFile } from '../model/case.ts';
import type { ScenarioDefaults } from '../scenario/defaults.ts';
import { isMistake, type ReadBackend } from './own-backend.ts';
import type { ReporterSpec } from './values.ts';

/** How one case is run. */
export interface CaseOptions {
  /** Instead of the protocol that a scenario names. */
  readonly protocol?: string;
  /** Any text; goes before a seed that the scenario names. Default `0`. */
  readonly seed?: string;
  /**
   * How many schedules to try, from 1; goes before the number that the scenario names. Default 1, and on real tasks without
   * a model up to ten times as many, until each known defect has shown.
   */
  readonly schedules?: number;
  /** States that the exhaustive searches of a run may look at together, from 1; 20,000,000 for each case. */
  readonly maxStates?: number;
  /** Milliseconds for the run; by default there is no such limit. */
  readonly timeout?: number;
  /** How often a case that fails on real tasks is run again, 0 by default; what is deterministic fails again, and is not. */
  readonly retries?: number;
  /** Bytes that an exhaustive search may hold, in one process; a quarter of the machine's memory. */
  readonly maxMemory?: number;
}

/** Which engine a backend runs. */
export interface EngineOptions {
  /** Of the backend criu: a version that is installed, or the path of a program. */
  readonly criu?: string;
  /** Of the backend oci: a runtime that is unpacked (`runc`, `runc@1.1.15`), or the path of a program. */
  readonly runtime?: string;
  /** Of the backend native: a C file with a restart. */
  readonly plugin?: string;
  /** The file of a backend of the user's own, from the current folder. */
  readonly module?: string;
}

/** Of some options, those. */
export function engineOptions({ criu, runtime, plugin, module }: EngineOptions): EngineOptions {
  return withoutUndefined({ criu, runtime, plugin, module });
}

/** A way to run the cases: each case is one test on each project. */
export interface Project extends CaseOptions, EngineOptions {
  /** That of its backend where no project is configured. */
  readonly name: string;
  readonly backend: BackendName;
  /** Only cases whose title matches belong to it; the source of a regular expression. */
  readonly grep?: string;
  /** Only cases for which one of these tag expressions holds belong to it. */
  readonly tags?: readonly string[];
}

/** Modules of the user's own that runs and scenario files need, by their files. */
export interface OwnFiles {
  /** Properties, by which every case is judged too. */
  readonly properties?: readonly string[];
  /** Fault verbs. */
  readonly faults?: readonly string[];
  /** Editors of CRIU's images. */
  readonly imageEditors?: readonly string[];
}

/** Of some options, those. */
export function ownFiles({ properties, faults, imageEditors }: OwnFiles): OwnFiles {
  return withoutUndefined({ properties, faults, imageEditors });
}

export interface Options extends CaseOptions, EngineOptions, OwnFiles {
  /** Scenario files and folders. */
  readonly paths: readonly string[];
  /** At least one. */
  readonly projects: readonly Project[];
  /** Cases that are for other backends only are left out, not skipped. Undefined: no backend is named, cases may choose. */
  readonly own?: boolean;
  /** Only cases whose title (with its tags) matches; the source of a regular expression. */
  readonly grep?: string;
  /** Only cases for which one of these tag expressions holds. */
  readonly tags?: readonly string[];
  readonly defaults?: ScenarioDefaults;
  /** Whether the commands of scenarios may be run. */
  readonly allowCommands: boolean;
  readonly bail: boolean;
  /** Worker processes; 1: none, everything runs in this process. Undefined: one or two for each core where that is faster. */
  readonly parallel?: number;
  readonly failOnSkip: boolean;
  /** A scenario with `only:` is an error. */
  readonly forbidOnly: boolean;
  /** Flaky cases, which are reported, do not make the exit code 1. */
  readonly allowFlaky: boolean;
  /** Which findings make the exit code 1: any, or those of no known defect. */
  readonly failOn: 'any' | 'new';
  readonly reporters: readonly ReporterSpec[];
  readonly records: 'all' | 'failed' | 'none';
  /** Files of templates of the user's own, for `mktrouble new`. */
  readonly templates?: readonly string[];
  /** Whether verdicts contain what of the protocol was reached. */
  readonly coverage: boolean;
  /** The folder for the replay files of findings; none are written without. */
  readonly replays?: string;
  /** The folder in which a case that fails gets one of its own, with what its run left: images, logs, output. None is kept without. */
  readonly keep?: string;
  /** The file of known defects, for the buckets of findings; by default the nearest mktrouble.known.yaml. */
  readonly known?: string;
}

/** The project of cases that run on a backend with the options of all. `given`: its name, or its file, which `readBackend` loads. */
export function projectOn(
  given: BackendName,
  options: CaseOptions & EngineOptions,
  readBackend?: ReadBackend,
): Project {
  const { backend, module } = identify(given, readBackend);
  const { protocol, seed, schedules, maxStates, timeout, maxMemory, retries, criu, runtime, plugin } = options;
  return withoutUndefined({
    name: backend,
    backend,
    protocol,
    seed,
    schedules,
    maxStates,
    timeout,
    maxMemory,
    retries,
    criu: backend === 'criu' || backend === 'oci' || module !== undefined ? criu : undefined,
    runtime: backend === 'oci' || module !== undefined ? runtime : undefined,
    plugin: backend === 'native' ? plugin : undefined,
    module,
  });
}

function identify(given: BackendName, readBackend: ReadBackend | undefined): { backend: BackendName; module?: string } {
  if (!readBackend || !isBackendFile(given)) return { backend: given };
  const read = readBackend(given);
  return { backend: isMistake(read) ? given : read.name, module: given };
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without keys that have no value. */
export function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}
