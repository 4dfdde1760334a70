/** Choice of schedules over a backend that lets itself be scheduled. */
export {
  DEFAULT_MAX_STATES,
  type Ending,
  type SearchOptions,
  type SearchResult,
  searchAll,
  searchInSlices,
  toEnd,
} from './exhaustive.ts';
export { pctBound, pctChooser } from './pct.ts';
export { lengthOfRun, type SampleOptions, type SampleResult, Schedules, sample, sampleInSlices } from './sample.ts';
export { describe, type Followed, follow } from './schedule.ts';
export { shrinkMoves, switchesOf } from './shrink.ts';
export { smallerCases } from './smaller.ts';
