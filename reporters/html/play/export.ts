/** A branch as files that the program reads again. */
import type { Case } from '../../../src/model/case.ts';
import { writePinned } from '../../../src/scenario/write-pinned.ts';
import { writeReplay } from '../../../src/scenario/write-replay.ts';
import type { Branch } from './player.ts';

export interface BranchFile {
  readonly name: string;
  /** What it is, in words. */
  readonly what: string;
  readonly text: string;
}

/** A replay file where the branch violates something, and the branch as a scenario. */
export function writeFiles(c: Case, { record, violations }: Branch): BranchFile[] {
  const { protocol, schedule = [] } = record;
  const violated = [...new Set(violations.map(({ property }) => property))];
  const scenario = {
    name: 'branch.yaml',
    what: 'as a scenario',
    text: writePinned({ case: c, protocol, schedule, violated }),
  };
  const [first] = violations;
  if (!first) return [scenario];
  const { property, message } = first;
  const replay = writeReplay({ property, message, protocol, case: c, schedule });
  return [{ name: 'branch.replay.yaml', what: 'as a replay file', text: replay }, scenario];
}
