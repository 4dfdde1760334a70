/** A run record. */
import * as z from 'zod';
import { CRIU } from './criu.ts';
import { EVENT, FINDING } from './event.ts';
import { RUNTIME } from './runtime.ts';
import { actor, count, list, name, pid, whole } from './scalars.ts';

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

export const RECORD = z.looseObject({
  version: z.literal(1),
  backend: name,
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
  runtime: RUNTIME.optional(),
});
