/**
 * What reports hold, as schemas: a report may come from another machine, or from a stranger. What reporters read is checked
 * in type, range and number; keys that are not known here pass as they are.
 */
import * as z from 'zod';
import { BACKENDS } from '../model/case.ts';
import { OPTIONAL_WORDS } from '../model/criu.ts';

/** Longer texts are not made by any run. */
const MAX_TEXT = 1 << 20;
const MAX_NAME = 10_000;
/** Events of a run, and whatever else a run has a list of. */
const MAX_LIST = 2_000_000;

const text = z.string().max(MAX_TEXT);
const name = z.string().max(MAX_NAME);
const whole = z.int().min(-Number.MAX_SAFE_INTEGER);
const count = z.int().min(0);
const milliseconds = z.number().min(0).max(1e12);
const pid = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 32);
const actor = z.union([z.literal('coordinator'), pid]);
const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_LIST);

export const POSITION = z.looseObject({ file: name, line: z.int().min(1), column: z.int().min(1) });

export const VIOLATION = z.looseObject({
  property: name,
  message: text,
  step: count.optional(),
  expected: text.optional(),
  actual: text.optional(),
  position: POSITION.optional(),
});

export const TRIED = z.looseObject({
  strategy: z.enum(['random', 'pct', 'exhaustive', 'replay']),
  schedules: count,
  states: count.optional(),
  transitions: count.optional(),
  outcomes: count.optional(),
  complete: z.boolean(),
});

const END = z.looseObject({ end: name, at: name.optional(), result: whole.optional(), record: whole.optional() });

export const ENDING = z.looseObject({
  coordinator: END,
  tasks: z.record(name, END),
  findings: list(text),
  steps: count,
  violates: list(name).optional(),
});

const TASK = z.looseObject({
  pid,
  name: name.optional(),
  parent: actor,
  leader: pid,
  creator: actor,
  state: z.enum(['alive', 'zombie', 'dead']),
  exitCode: whole,
  ghost: z.boolean(),
  sibling: z.boolean(),
  session: pid,
  pgid: pid,
  tracedBy: z.union([z.literal('outsider'), pid]).optional(),
  owner: z.enum(['self', 'stranger']),
  restartingItself: z.boolean(),
  absent: z.boolean(),
  exits: z.boolean(),
  flags: whole,
  forkedLate: count.optional(),
});

const WHEN = z.union([
  z.looseObject({ kind: z.enum(['any', 'start']) }),
  z.looseObject({ kind: z.literal('task'), task: pid, at: name }),
  z.looseObject({ kind: z.enum(['coordinator', 'criu']), at: name }),
  z.looseObject({ kind: z.literal('after'), fault: name }),
]);

const FAULT = z.looseObject({
  verb: z.enum(['signal', 'kill', 'stop', 'ptrace', 'fork', 'fail', 'wake', 'delay', 'exit']),
  name,
  targets: list(actor),
  signal: name.optional(),
  failure: name.optional(),
  errno: name.optional(),
  call: count.optional(),
  times: count,
  child: pid.optional(),
  when: WHEN,
  position: POSITION.optional(),
});

const MATRIX = z.record(name, z.union([text, z.number(), z.boolean()]));

export const CASE = z
  .looseObject({
    id: name,
    scenario: name,
    title: name,
    why: text.optional(),
    tags: list(name),
    matrix: MATRIX,
    position: POSITION,
    tasks: list(TASK),
    image: z.looseObject({
      pids: list(whole),
      nrTasks: whole,
      records: list(z.looseObject({ pid: whole, zombie: z.boolean(), retval: whole })),
      damage: list(
        z.looseObject({ kind: z.enum(['truncate', 'corrupt']), object: name, index: whole, at: whole, xor: whole }),
      ),
    }),
    restart: z.looseObject({
      pid: whole,
      coordinatorPid: whole,
      flags: whole,
      protocol: name,
      backends: list(z.enum(BACKENDS)),
    }),
    faults: list(FAULT),
    criu: z
      .looseObject({
        namespace: z.enum(['host', 'own']),
        scriptFails: list(name),
        taken: list(pid),
        optional: list(z.enum(OPTIONAL_WORDS)).optional(),
        limits: z.record(
          name,
          z.looseObject({ pids: count.optional(), files: count.optional(), fileSize: count.optional() }),
        ),
        syscalls: list(
          z.looseObject({ of: name, call: name, number: count, errno: name.optional(), signal: name.optional() }),
        ),
        images: list(
          z.looseObject({
            kind: name,
            file: name.optional(),
            target: name.optional(),
            path: list(whole).optional(),
            nth: list(whole).optional(),
            set: z.record(name, list(whole)).optional(),
          }),
        ),
        repeat: count,
      })
      .optional(),
    subject: z.looseObject({ command: list(text) }).optional(),
    positions: z.record(name, POSITION),
  })
  .refine(({ tasks }) => isTree(tasks), {
    message: 'each task once, and after the task that made it',
    path: ['tasks'],
  });

/** Whether each task comes once, and after those that it is below: what draws a tree goes down, and ends. */
function isTree(tasks: readonly z.infer<typeof TASK>[]): boolean {
  const all = new Set(tasks.map((task) => task.pid));
  if (all.size !== tasks.length) return false;
  const seen = new Set<unknown>();
  return tasks.every(({ pid: own, parent, creator, leader }) => {
    const isAbove = [parent, creator, leader].every((one) => !all.has(one as number) || seen.has(one) || one === own);
    seen.add(own);
    return isAbove && parent !== own && creator !== own;
  });
}

const FINDING = z.looseObject({ kind: name, at: name, detail: text.optional() });
const STATUS = z.looseObject({ task: actor, type: name, state: name });

/** All fields that events have, and by kind those that it cannot do without. */
const EVENT_FIELDS = {
  point: name,
  pid: whole,
  flags: whole,
  task: actor,
  on: name,
  signal: name,
  force: z.boolean(),
  index: whole,
  record: whole,
  error: whole,
  left: whole,
  tasks: whole,
  first: z.boolean(),
  what: name,
  references: whole,
  status: name,
  entries: list(STATUS),
  child: whole,
  inherits: z.boolean(),
  result: whole,
  how: name,
  code: whole,
  fault: name,
  verb: name,
  target: actor,
  text,
  finding: FINDING,
};
const NEEDED: Readonly<Record<string, readonly (keyof typeof EVENT_FIELDS)[]>> = {
  point: ['point'],
  call: ['pid', 'flags'],
  visit: ['task'],
  mark: ['task'],
  sleep: ['on'],
  wake: ['task'],
  interrupted: ['on'],
  signal: ['task', 'signal', 'force'],
  activate: ['index'],
  done: ['left'],
  total: ['tasks'],
  error: ['error', 'first'],
  complete: ['what'],
  get: ['references'],
  put: ['references'],
  status: ['status'],
  'status-list': ['entries'],
  fork: ['child', 'inherits'],
  'fork-failed': ['error'],
  frozen: ['task'],
  return: ['result'],
  exit: ['how', 'code'],
  reparent: ['task'],
  fault: ['fault', 'verb'],
  log: ['text'],
  finding: ['finding'],
};

const EVENT = z
  .looseObject({
    step: count,
    actor: z.union([z.literal('environment'), actor]),
    kind: name,
    ...optionals(EVENT_FIELDS),
  })
  .refine(
    (event) =>
      (Object.hasOwn(NEEDED, event.kind) ? NEEDED[event.kind]! : []).every((field) => event[field] !== undefined),
    {
      message: 'an event with all fields of its kind',
    },
  );

function optionals<T extends Readonly<Record<string, z.ZodType>>>(fields: T): { [K in keyof T]: z.ZodOptional<T[K]> } {
  return Object.fromEntries(Object.entries(fields).map(([key, schema]) => [key, schema.optional()])) as never;
}

const TASK_FINAL = z.looseObject({
  end: z.enum(['returned', 'frozen', 'killed', 'zombie', 'exited', 'waiting', 'untouched', 'crashed', 'running']),
  at: name.optional(),
  result: whole.optional(),
  record: whole.optional(),
  marked: z.boolean(),
});

const CENSUS = list(
  z.looseObject({
    task: actor,
    pid,
    state: name.optional(),
    parent: pid.optional(),
    pgid: pid.optional(),
    session: pid.optional(),
    threads: count.optional(),
    tracer: pid.optional(),
    pending: z.number().optional(),
    waitChannel: name.optional(),
  }),
);

const CRIU_TASK = z.looseObject({
  pid,
  name,
  state: name,
  parent: pid,
  pgid: pid,
  session: pid,
  pending: name,
  threads: list(z.looseObject({ tid: pid, state: name, blocked: name, pending: name, tracer: pid, wchan: name })),
});
const CRIU_CENSUS = z.looseObject({ tasks: list(CRIU_TASK), silent: list(pid) });
const CRIU_RUN = z.looseObject({
  of: name,
  exit: whole.optional(),
  signal: whole.optional(),
  timedOut: count.optional(),
  flooded: count.optional(),
  duration: milliseconds.optional(),
  errors: list(text),
  lastLine: text.optional(),
  waiting: list(CRIU_TASK).optional(),
});

const CRIU = z.looseObject({
  version: name,
  before: CRIU_CENSUS,
  dump: CRIU_RUN,
  afterDump: CRIU_CENSUS,
  restore: CRIU_RUN.optional(),
  afterRestore: CRIU_CENSUS.optional(),
  again: CRIU_RUN.optional(),
  afterAgain: CRIU_CENSUS.optional(),
  bystanders: z.looseObject({ before: CRIU_CENSUS, after: CRIU_CENSUS }),
  edits: list(
    z.looseObject({ kind: name, file: name.optional(), path: list(whole).optional(), nth: list(whole).optional() }),
  ).optional(),
  imaged: list(whole).optional(),
  hits: list(
    z.looseObject({ verb: name, to: z.union([z.literal('criu'), pid]), signal: whole.optional(), stage: name }),
  ),
  stages: list(name),
  ownSubject: z.boolean(),
});

export const RECORD = z.looseObject({
  version: z.literal(1),
  backend: z.enum(BACKENDS),
  protocol: name,
  case: name,
  seed: name.nullable(),
  schedule: list(name).optional(),
  missed: count.optional(),
  events: list(EVENT),
  final: z.looseObject({
    coordinator: z.looseObject({
      end: z.enum(['returned', 'killed', 'exited', 'waiting', 'crashed']),
      at: name.optional(),
      result: whole.optional(),
    }),
    tasks: z.record(z.string().regex(/^-?\d{1,10}$/), TASK_FINAL),
    restores: list(z.tuple([whole, whole])),
    context: z.looseObject({ owner: actor, freed: z.boolean(), references: whole }).optional(),
  }),
  findings: list(FINDING),
  end: z.enum(['over', 'crashed', 'cut']),
  census: CENSUS.optional(),
  snapshots: list(z.looseObject({ step: count, fault: name, tasks: CENSUS })).optional(),
  criu: CRIU.optional(),
});

const ENVIRONMENT = z.looseObject({
  mktrouble: name,
  node: name,
  kernel: name,
  user: name,
  backend: z.enum(BACKENDS),
  tool: z.looseObject({ name, version: name, path: name, setting: z.tuple([name, name]) }).optional(),
  capabilities: list(z.looseObject({ name, available: z.boolean(), detail: text })),
});

const REACHED = z.record(name, count);

export const REPORT = z.looseObject({
  version: z.literal(1),
  cases: list(
    z.looseObject({
      id: name,
      result: z.enum(['pass', 'fail', 'incomplete', 'skip', 'error']),
      title: name,
      suites: list(name),
      position: POSITION.nullable(),
      duration: milliseconds,
      scenario: name.nullable(),
      why: text.nullable(),
      tags: list(name),
      matrix: MATRIX,
      environment: count.nullable().optional(),
      backend: z.enum(BACKENDS).nullable(),
      protocol: name.nullable(),
      seed: name.nullable(),
      reason: text.nullable(),
      cause: text.nullable().optional(),
      violations: list(VIOLATION),
      known: list(VIOLATION),
      tried: TRIED.nullable(),
      replay: name.nullable(),
      command: text.nullable(),
      error: z.looseObject({ message: text, stack: text.optional() }).nullable(),
      case: CASE.optional(),
      shrunk: z.literal(true).optional(),
      record: RECORD.optional(),
      differential: list(RECORD).optional(),
      endings: list(ENDING).optional(),
    }),
  ),
  environments: list(ENVIRONMENT).optional(),
  summary: z.looseObject({
    cases: count,
    passed: count,
    failed: count,
    errors: count,
    skipped: count,
    incomplete: count.optional(),
    violations: count,
    known: count,
    duration: milliseconds,
    interrupted: z.boolean(),
  }),
  coverage: z
    .record(name, z.looseObject({ cases: count, points: REACHED, steps: REACHED, branches: REACHED }))
    .optional(),
});
