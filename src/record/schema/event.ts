/** What happened in a run, step by step. */
import * as z from 'zod';
import { actor, count, list, name, text, whole } from './scalars.ts';

export const FINDING = z.looseObject({ kind: name, at: name, detail: text.optional() });
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
  name,
  line: count,
  word: name,
  of: actor,
  value: whole,
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
  step: ['name', 'line'],
  load: ['word', 'value'],
  store: ['word', 'value'],
};

export const EVENT = z
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
