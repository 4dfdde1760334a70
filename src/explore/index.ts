/** Choice of schedules over a backend that lets itself be scheduled. */
export { toEnd } from '../backends/walk.ts';
export {
  DEFAULT_MAX_STATES,
  type Ending,
  type MetEnding,
  type Searched,
  type SearchOptions,
  type SearchResult,
  type Slice,
  searchAll,
  searchInSlices,
} from './exhaustive.ts';
export { pctBound, pctWalk } from './pct.ts';
export {
  lengthOfRun,
  type SampleOptions,
  type SampleResult,
  type SampleSlice,
  Schedules,
  sample,
  sampleInSlices,
} from './sample.ts';
export { describe, describeInSlices, type Followed, follow, followInSlices } from './schedule.ts';
export { countSwitches, shrinkMoves, shrinkMovesInSlices } from './shrink.ts';
export { smallerCases } from './smaller.ts';
export { searchOnCores, type ThreadedSearch } from './threads.ts';
