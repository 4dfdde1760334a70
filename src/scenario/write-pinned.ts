/** A schedule as a scenario: the case, and the only run that it describes. */
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
  // The expectations of the scenario are kept where the run fulfils them: a smaller case, or another run of it, may end in another way.
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
