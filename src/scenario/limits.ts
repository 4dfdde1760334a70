/**
 * How large a scenario file may be. Each limit is an error with a position when a file goes past it; together they keep
 * the time to load any file below a second. Files of an ordinary suite stay a hundred times below each.
 */

/** Bytes of a file: 512 KiB. */
export const MAX_FILE_BYTES = 1 << 19;
/** Bytes of a replay file: 4 MiB. It has a case and the schedule of one run. */
export const MAX_REPLAY_BYTES = 1 << 22;
/** Tokens of YAML in a replay file. */
export const MAX_REPLAY_TOKENS = 500_000;
/** Values of a replay file. */
export const MAX_REPLAY_VALUES = 110_000;
/** Stretches of a schedule in a replay file. */
export const MAX_SCHEDULE = 100_000;
/** A line of a schedule: its last step is repeated less than ten million times, more often than any run of a tree repeats one. */
export const REPEATS_WITHIN_LIMIT = /^(?!.* x\d{8,}\s*$)/;
/** Tokens of YAML in a file (words, punctuation, spaces and line ends). */
export const MAX_TOKENS = 150_000;
/** Levels of lists and mappings in a document. */
export const MAX_NESTING = 200;
/** Values of a document once its aliases are written out. */
export const MAX_VALUES = 60_000;
/** Levels of a tree that is written out; a generated one may be as deep as it is large. */
export const MAX_TREE_DEPTH = 64;
/** Tasks of a tree that is written out. */
export const MAX_WRITTEN_TASKS = 10_000;
/** Tasks of a generated tree. */
export const MAX_GENERATED_TASKS = 1_000_000;
/** Tasks of all different trees that a file's cases have; as many of their images, and of their expectations. */
export const MAX_TASKS_PER_FILE = 1_500_000;
/** Scenarios of a file. */
export const MAX_DOCUMENTS = 2000;
/** Faults of a scenario. */
export const MAX_FAULTS = 1000;
/** Cases of a file: the products of its matrices. */
export const MAX_CASES = 50_000;
/** Values that differ from case to case, in all cases of a file together. */
export const MAX_CASE_VALUES = 1_000_000;
/** Diagnostics of a file; the rest are counted. */
export const MAX_DIAGNOSTICS = 100;
