/** What a record has of the calls of a container runtime. */
import * as z from 'zod';
import { CRIU_CENSUS } from './criu.ts';
import { count, list, milliseconds, name, text, whole } from './scalars.ts';

const CONTAINER = z.looseObject({
  name,
  status: name.optional(),
  unknown: z.literal(true).optional(),
  isThere: z.boolean(),
  state: name.optional(),
  isFrozen: z.boolean(),
  processes: count,
  answers: z.record(z.string().regex(/^\d{1,10}$/), z.looseObject({ asked: count, memory: name })),
  isAsked: z.boolean(),
  limits: z.array(z.strictObject({ file: z.string(), asked: z.string(), value: z.string() })).optional(),
  census: CRIU_CENSUS.optional(),
});

const END = z.looseObject({
  exit: whole.optional(),
  signal: whole.optional(),
  timedOut: count.optional(),
  message: text,
});

export const RUNTIME = z.looseObject({
  runtime: name,
  version: name,
  criu: name.optional(),
  runs: list(
    END.extend({
      call: name,
      container: name,
      duration: milliseconds,
      criuStarts: count,
      criuErrors: list(text),
      before: CONTAINER,
      after: CONTAINER,
      added: list(text),
      hits: list(name),
    }),
  ),
  reuse: z.looseObject({ deleted: END, created: END.optional() }).optional(),
  bystander: z.looseObject({ before: CONTAINER, after: CONTAINER }),
  left: list(text),
});
