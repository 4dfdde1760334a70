/** The injector's door. */
export { capabilitiesOf, whyNot } from './applicable.ts';
export { EXPLORERS, type ExploreRequest, type Explorer, seedOf } from './explorers.ts';
export {
  type FindViolations,
  type Judgement,
  type JudgeRecord,
  judgeOf,
  shippedProperties,
  underProtocol,
} from './judge.ts';
export { DEFAULT_SEED, defaultMaxSteps, type RunOptions, runCase } from './run-case.ts';
export { type ExploreResult, type Judged, Tally } from './tally.ts';
