/**
 * What a fault verb of one's own is written with: the package's export `mktrouble/fault`. A module whose default export (or export
 * `fault`) is one; see docs/extending.md.
 */
import type { Fault } from '../model/case.ts';
import type { OwnValues, OwnWords } from '../model/own-words.ts';

export type { Case, Fault, Task, TaskId } from '../model/case.ts';
export type { OwnValues, OwnWord, OwnWords } from '../model/own-words.ts';
export type { CommandEnd, CriuScene, OciScene, SceneProcess } from './own-scenes.ts';

/** The version of the contract. Changes when a fault verb that fits it would fit no more. */
export const FAULT_CONTRACT_VERSION = 1;

/** A fault of a scenario that is due. */
export interface Due {
  readonly fault: Fault;
  /** The moment of the run: one of those that the verb declares. */
  readonly moment: string;
  /** What `with` of the scenario has: all that the verb requires, of the types that it declares. */
  readonly with: OwnValues;
  /** Aborted when `fire` has not ended in time and the case is given up: for what would wait on, and keep mktrouble running. */
  readonly signal: AbortSignal;
}

export interface OwnFault<Scene = never> {
  readonly contract: typeof FAULT_CONTRACT_VERSION;
  /** Lower-case words joined by dashes; none of mktrouble's verbs. What `own` of a scenario names. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly statement: string;
  /** The names of the backends that have its moments: `criu`, `oci`, or those of one's own. On any other a case with it is skipped. */
  readonly backends: readonly string[];
  /**
   * Where it can fire, each with what it means: `{ 'after-save': 'the images are written' }`. Of `criu` and `oci` moments that they have; default:
   * all of these. Needed for a backend of one's own.
   */
  readonly moments?: Readonly<Record<string, string>>;
  /** Whether a scenario names tasks that it hits (`to`). Default: optional. */
  readonly targets?: 'none' | 'optional' | 'required';
  /** The words that it takes. Default: none. */
  readonly words?: OwnWords;
  /**
   * Does it. `scene`: what the backend hands over at the moment: a CriuScene, an OciScene, or what a backend of one's own has. False: it
   * could do nothing, and has not fired; a case in which it fires in no run is no pass.
   */
  fire(due: Due, scene: Scene): boolean | Promise<boolean>;
}

/** A verb whose module mktrouble has loaded. */
export interface LoadedFault extends OwnFault {
  readonly moments: Readonly<Record<string, string>>;
  /** Its file, in full, as stacks name it; and where in it `fire` is, for people: `unplug.ts:12`. */
  readonly file: string;
  readonly place: string;
}

/** Gives a module its type: `export default defineFault<Scene>({ contract: 1, name: 'mine', … })`. */
export function defineFault<Scene>(fault: OwnFault<Scene>): OwnFault<Scene> {
  return fault;
}
