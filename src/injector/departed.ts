/** A run that could not follow the schedule of its scenario. It is not the run that the scenario describes, so nothing else is judged. */

import type { Case } from '../model/case.ts';
import { currentLine } from '../protocol/renamed-steps.ts';
import type { Violation } from '../record/verdict.ts';

/** The name under which such a run is reported. */
export const DEPARTED = 'schedule-departed';

/** Where the actor could not do a step of the schedule. */
export function departedAt(schedule: readonly string[], step: string, c: Case): Violation {
  const number = schedule.indexOf(step) + 1;
  return {
    property: DEPARTED,
    message: `the run departs from the schedule at step ${number} of ${schedule.length}: ${step}`,
    expected: step,
    actual: 'the actor cannot do this step there: the protocol, or the scenario, has changed since',
    position: locateSchedule(c),
  };
}

/** Of a backend that only says how many entries of the schedule no actor took. */
export function departedBy(missed: number, c: Case): Violation {
  return {
    property: DEPARTED,
    message: `the run departs from the schedule: entries that no actor took: ${missed}`,
    expected: 'an actor takes every entry of the schedule',
    actual: `not taken: ${missed}`,
    position: locateSchedule(c),
  };
}

function locateSchedule({ position, positions }: Case): Case['position'] {
  return positions['explore.schedule'] ?? positions['explore'] ?? position;
}

/** Whether the schedule is the one that the case itself asks for; old names of steps are those that they have now. */
export function isOfCase(schedule: readonly string[], { explore }: Case): boolean {
  return (
    explore?.schedule?.length === schedule.length &&
    explore.schedule.every((line, i) => currentLine(line) === schedule[i])
  );
}
