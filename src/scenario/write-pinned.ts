/** A schedule as a scenario: the case, and the one run that it is about. */
import type { Case } from '../model/case.ts';
import { writeScenario } from './write.ts';

export interface Pinned {
  readonly case: Case;
  readonly protocol: string;
  readonly schedule: readonly string[];
  /** Names of the properties that the run violates, `expectation` among them where it is not met. */
  readonly violated: readonly string[];
}

/** YAML of a scenario that follows this schedule and expects what it showed. */
export function writePinned({ case: c, protocol, schedule, violated }: Pinned): string {
  // What the scenario expected is kept where the run is as expected: a smaller case, or another run of it, may end otherwise.
  const isMet = !violated.includes('expectation');
  const { coordinator, tasks } = isMet ? c.expect : { coordinator: [], tasks: {} };
  const violates = violated.filter((name) => name !== 'expectation');
  return writeScenario({
    ...c,
    restart: { ...c.restart, protocol },
    explore: { strategy: 'replay', schedules: 1, depth: 1, schedule },
    expect: { ...c.expect, coordinator, tasks, violates },
  });
}
