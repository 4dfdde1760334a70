/**
 * What reports hold, as schemas: a report may come from another machine, or from a stranger. What reporters read is checked
 * in type, range and number; keys that are not known here pass as they are.
 */
import * as z from 'zod';
import { DEFECT_STATE_NAMES } from '../../model/signature.ts';
import { CASE, MATRIX } from './case.ts';
import { RECORD } from './record.ts';
import { count, list, milliseconds, name, POSITION, text, whole } from './scalars.ts';

const VIOLATION = z.looseObject({
  property: name,
  message: text,
  step: count.optional(),
  expected: text.optional(),
  actual: text.optional(),
  position: POSITION.optional(),
});

const BUCKET = z.looseObject({
  id: name,
  signature: z.looseObject({ property: name, place: text, shape: text }),
  state: z.enum(DEFECT_STATE_NAMES),
  defect: name.optional(),
  title: name.optional(),
  issue: text.optional(),
});

const TRIED = z.looseObject({
  strategy: z.enum(['random', 'pct', 'exhaustive', 'replay']),
  schedules: count,
  states: count.optional(),
  transitions: count.optional(),
  outcomes: count.optional(),
  complete: z.boolean(),
});

const END = z.looseObject({ end: name, at: name.optional(), result: whole.optional(), record: whole.optional() });

const ENDING = z.looseObject({
  coordinator: END,
  tasks: z.record(name, END),
  findings: list(text),
  steps: count,
  violates: list(name).optional(),
});

const tool = z.looseObject({ name, version: name, path: name, setting: z.tuple([name, name]) });

export const ENVIRONMENT = z.looseObject({
  mktrouble: name,
  node: name,
  kernel: name,
  user: name,
  backend: name,
  module: name.optional(),
  tool: tool.optional(),
  otherTools: list(tool).optional(),
  capabilities: list(z.looseObject({ name, available: z.boolean(), detail: text })),
});

const ATTEMPT = z.looseObject({
  status: z.enum(['pass', 'fail', 'incomplete', 'skip', 'error']),
  violated: list(name),
  duration: milliseconds,
});

const REACHED = z.record(name, count);

/** What of a protocol the runs of a case reached. */
export const COVERAGE = z.strictObject({
  points: list(z.strictObject({ name, reached: z.boolean() })),
  steps: list(z.strictObject({ name, reached: z.boolean() })),
  branches: list(z.strictObject({ from: name, to: name, reached: z.boolean() })),
});

/** One case of a report. */
export const CASE_REPORT = z.looseObject({
  id: name,
  result: z.enum(['pass', 'fail', 'flaky', 'incomplete', 'skip', 'error']),
  title: name,
  suites: list(name),
  position: POSITION.nullable(),
  duration: milliseconds,
  scenario: name.nullable(),
  why: text.nullable(),
  tags: list(name),
  matrix: MATRIX,
  environment: count.nullable().optional(),
  backend: name.nullable(),
  project: name.optional(),
  projectNumber: z.int().nonnegative().optional(),
  protocol: name.nullable(),
  seed: name.nullable(),
  reason: text.nullable(),
  cause: text.nullable().optional(),
  violations: list(VIOLATION),
  known: list(VIOLATION),
  bucket: BUCKET.nullable().optional(),
  tried: TRIED.nullable(),
  attempts: list(ATTEMPT).optional(),
  replay: name.nullable(),
  command: text.nullable(),
  error: z.looseObject({ message: text, stack: text.optional() }).nullable(),
  case: CASE.optional(),
  shrunk: z.literal(true).optional(),
  record: RECORD.optional(),
  differential: list(RECORD).optional(),
  endings: list(ENDING).optional(),
});

export const REPORT = z.looseObject({
  version: z.literal(1),
  cases: list(CASE_REPORT),
  environments: list(ENVIRONMENT).optional(),
  summary: z.looseObject({
    cases: count,
    passed: count,
    failed: count,
    errors: count,
    skipped: count,
    incomplete: count.optional(),
    flaky: count.optional(),
    violations: count,
    known: count,
    duration: milliseconds,
    interrupted: z.boolean(),
  }),
  shard: z.looseObject({ index: count, of: count.max(10_000), plan: name, tests: count }).optional(),
  coverage: z
    .record(name, z.looseObject({ cases: count, points: REACHED, steps: REACHED, branches: REACHED }))
    .optional(),
});
