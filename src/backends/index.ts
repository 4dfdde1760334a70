/** `mktrouble/backend`: all that a backend needs of mktrouble, its own ones as well as a user's. */
export type { Case, Fault, Task, TaskId } from '../model/case.ts';
export { readRuntimeMoment, whyNoMoment } from '../model/own-moments.ts';
export type {
  RuntimeCall,
  RuntimeFault,
  RuntimeLimits,
  RuntimeMount,
  RuntimeName,
  RuntimeNetwork,
  RuntimeSetting,
  RuntimeSetup,
  RuntimeTarget,
} from '../model/runtime.ts';
export { RESTORING_CALLS, SAVING_CALLS } from '../model/runtime.ts';
export { isInRange } from '../model/version-range.ts';
export type { CriuCensus } from '../record/criu.ts';
export type { Tool } from '../record/environment.ts';
export type { Effect, FinalState, Finding, RunEvent, RunRecord, TaskFinal } from '../record/record.ts';
export type {
  RuntimeAnswer,
  RuntimeContainer,
  RuntimeEnd,
  RuntimeLimitRead,
  RuntimeRecord,
  RuntimeReuse,
  RuntimeRun,
} from '../record/runtime.ts';
export { runtimeEndText } from '../record/runtime-text.ts';
export type {
  Backend,
  Capability,
  Machine,
  OpenOptions,
  Outcome,
  Plan,
  SchedulableBackend,
} from './backend.ts';
export { BadSurroundings, isSchedulable } from './backend.ts';
export { reduceCensuses } from './census/different-facts.ts';
export type { Hole } from './census/memory.ts';
export { type Group, readCensus } from './census/read.ts';
export { Draws } from './draws.ts';
export { readHostPids } from './host/host-pids.ts';
export { sweepFolder, uniqueName } from './host/names.ts';
export {
  type BackendModule,
  CONTRACT_VERSION,
  type CreateOptions,
  defineBackend,
  type FoundCriu,
  type Unpacked,
} from './module.ts';
export type { OwnFault } from './own-fault.ts';
export { OwnFaults } from './own-faults.ts';
export type { CommandEnd, OciScene } from './own-scenes.ts';
export { patiently } from './patience.ts';
export { randomChooser, type Walk, walk } from './walk.ts';
