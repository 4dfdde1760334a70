/** All properties, in the order of reports: first what a failure must do, then what a success must, then the kernel's own. */
import { type Case, isProtocolFile } from '../model/case.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import { CRIU_PROPERTIES } from './criu.ts';
import type { Property } from './property.ts';
import { childrenInheritContext } from './rules/children-inherit-context.ts';
import { contextFreedOnce } from './rules/context-freed-once.ts';
import { contextReleased } from './rules/context-released.ts';
import { coordinatorEndsCleanly } from './rules/coordinator-ends-cleanly.ts';
import { debugListComplete } from './rules/debug-list-complete.ts';
import { errorsStopReads } from './rules/errors-stop-reads.ts';
import { errorsWakeAllWaiters } from './rules/errors-wake-all-waiters.ts';
import { EXPECTATION } from './rules/expectation.ts';
import { failureHasACause } from './rules/failure-has-a-cause.ts';
import { failureKillsMarked } from './rules/failure-kills-marked.ts';
import { FAULT_NEVER_FIRED } from './rules/fault-never-fired.ts';
import { firstErrorReported } from './rules/first-error-reported.ts';
import { frozenStaysFrozen } from './rules/frozen-stays-frozen.ts';
import { ghostsExit } from './rules/ghosts-exit.ts';
import { noEffectBeforeClaim } from './rules/no-effect-before-claim.ts';
import { noErestartReturned } from './rules/no-erestart-returned.ts';
import { noHalfRestoredEscape } from './rules/no-half-restored-escape.ts';
import { noKernelDefect } from './rules/no-kernel-defect.ts';
import { noTaskLeftWaiting } from './rules/no-task-left-waiting.ts';
import { noTaskResumesEarly } from './rules/no-task-resumes-early.ts';
import { oneRestartPerTask } from './rules/one-restart-per-task.ts';
import { onlyEligibleTasksMarked } from './rules/only-eligible-tasks-marked.ts';
import { outsidersUntouched } from './rules/outsiders-untouched.ts';
import { OWN_PROPERTIES } from './rules/own-properties.ts';
import { restoresInOrder } from './rules/restores-in-order.ts';
import { savedValueReturned } from './rules/saved-value-returned.ts';
import { sigkillKills } from './rules/sigkill-kills.ts';
import { successMeansRestored } from './rules/success-means-restored.ts';
import { threadsWaitForGroup } from './rules/threads-wait-for-group.ts';
import { turnsInOrder } from './rules/turns-in-order.ts';
import { waitsAreInterruptible } from './rules/waits-are-interruptible.ts';
import { zombiesDeadBeforeReturn } from './rules/zombies-dead-before-return.ts';
import { RUNTIME_PROPERTIES } from './runtime.ts';
import { readStoryInSlices } from './story.ts';

export { PROPERTY_NAMES } from './names.ts';
export type { Property } from './property.ts';
export { EXPECTATION, expectations } from './rules/expectation.ts';
export { FAULT_NEVER_FIRED } from './rules/fault-never-fired.ts';

export const PROPERTIES: readonly Property[] = [
  failureKillsMarked,
  outsidersUntouched,
  noEffectBeforeClaim,
  onlyEligibleTasksMarked,
  oneRestartPerTask,
  childrenInheritContext,
  coordinatorEndsCleanly,
  failureHasACause,
  firstErrorReported,
  noErestartReturned,
  errorsWakeAllWaiters,
  errorsStopReads,
  noHalfRestoredEscape,
  noTaskResumesEarly,
  successMeansRestored,
  restoresInOrder,
  turnsInOrder,
  threadsWaitForGroup,
  zombiesDeadBeforeReturn,
  ghostsExit,
  frozenStaysFrozen,
  savedValueReturned,
  contextReleased,
  contextFreedOnce,
  noTaskLeftWaiting,
  waitsAreInterruptible,
  sigkillKills,
  noKernelDefect,
  debugListComplete,
];

const ALL = [...PROPERTIES, ...CRIU_PROPERTIES, ...RUNTIME_PROPERTIES];

const byName = new Map(ALL.map((property) => [property.name, property]));

/** The property with this name; undefined for a name that none has. */
export function propertyByName(name: string): Property | undefined {
  return byName.get(name);
}

export { CRIU_PROPERTIES, RUNTIME_PROPERTIES };

const judged = new WeakMap<Case, readonly Property[]>();

/** The properties that a case has judged: all, or those of `all:`, without those of `except:`. */
function selectProperties(c: Case): readonly Property[] {
  let properties = judged.get(c);
  if (!properties) {
    const { only, except } = c.expect;
    properties = ALL.filter(({ name }) => (only?.includes(name) ?? true) && !except.includes(name));
    judged.set(c, properties);
  }
  return properties;
}

/** All violations of the case's properties in a record, in the order of PROPERTIES. Pure; see `expectations` for what the scenario itself says. */
export function judge(c: Case, record: RunRecord): readonly Violation[] {
  const known = answers.get(record);
  if (known?.of === c) return known.violations;
  return applicable(c, record).flatMap((property) => property.check(c, record));
}

/** The answers of `judgeInSlices`. */
const answers = new WeakMap<RunRecord, { readonly of: Case; readonly violations: readonly Violation[] }>();

/** Does what `judge` does one property at a time, for callers that do other work in between; `judge` has the answer then. */
export function* judgeInSlices(c: Case, record: RunRecord): Generator<void, void> {
  yield* readStoryInSlices(c, record);
  const violations: Violation[] = [];
  for (const property of applicable(c, record)) {
    yield;
    for (const violation of property.check(c, record)) violations.push(violation);
  }
  answers.set(record, { of: c, violations });
}

/** The properties that say something about a protocol of one's own. */
const OF_ANY_PROTOCOL: readonly Property[] = [OWN_PROPERTIES, noTaskLeftWaiting, noKernelDefect];

function applicable(c: Case, record: RunRecord): readonly Property[] {
  if (isProtocolFile(record.protocol)) {
    const selected = selectProperties(c);
    return OF_ANY_PROTOCOL.filter((property) => property === OWN_PROPERTIES || selected.includes(property));
  }
  const judging = record.runtime ? RUNTIME_PROPERTIES : record.backend === 'criu' ? CRIU_PROPERTIES : PROPERTIES;
  return selectProperties(c).filter((property) => judging.includes(property));
}

/** What there is to say about a property: for `explain` and for the docs. */
export type Explanation = Omit<Property, 'check'>;

/** The explanation of a property, or of `expectation`; undefined for a name that none has. */
export function explainProperty(name: string): Explanation | undefined {
  const ofAllRuns = [EXPECTATION, FAULT_NEVER_FIRED].find((one) => one.name === name);
  if (ofAllRuns) return ofAllRuns;
  const property = propertyByName(name);
  if (!property) return undefined;
  const { check: _check, ...explanation } = property;
  return explanation;
}
