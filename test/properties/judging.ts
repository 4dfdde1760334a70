/** Short ways to ask what is violated. */
import assert from 'node:assert/strict';
import { judge, propertyByName } from '../../src/properties/index.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { aRecord, type FinalParts } from './records.ts';
import type { Script } from './support.ts';

/** The violations of one property in the record of a script. */
export function findViolations(name: string, script: Script, final: FinalParts = {}): Violation[] {
  const property = propertyByName(name);
  assert.ok(property, name);
  return property.check(script.case, aRecord(script, final));
}

/** The one violation of a property; fails when there is none, or more. */
export function findViolation(name: string, script: Script, final: FinalParts = {}): Violation {
  const [violation, ...more] = findViolations(name, script, final);
  assert.ok(violation, `${name} finds nothing`);
  assert.deepEqual(more, []);
  assert.equal(violation.property, name);
  return violation;
}

export function assertHolds(name: string, script: Script, final: FinalParts = {}): void {
  assert.deepEqual(findViolations(name, script, final), []);
}

/** No property of all complains. That a script fails for no reason of its case is what scripts are for. */
export function assertClean(script: Script, final: FinalParts = {}): void {
  const violations = judge(script.case, aRecord(script, final));
  assert.deepEqual(
    violations.filter(({ property }) => property !== 'failure-has-a-cause'),
    [],
  );
}

/** The kind of the event at the step of a violation. */
export function shownAt(script: Script, { step }: Violation): string | undefined {
  return script.events.find((event) => event.step === step)?.kind;
}
