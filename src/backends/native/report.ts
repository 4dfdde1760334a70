/** The agent's answer to a plan (agent/report.c): its schema. What its numbers refer to is looked up by `itemAt`. */
import * as z from 'zod';

const number = z.number();
const STATES = [
  'running',
  'prepared',
  'sleeping',
  'deeply',
  'stopped',
  'frozen',
  'user',
  'idle',
  'unborn',
  'dead',
  'killable',
] as const;
const seen = {
  pid: number,
  /** What the engine's kernel holds it for. */
  engine: z.enum(STATES),
  /* ---- the census: absent when /proc has no such task ---- */
  state: z.string().optional(),
  ppid: number.optional(),
  pgid: number.optional(),
  sid: number.optional(),
  threads: number.optional(),
  tracer: number.optional(),
  pending: number.optional(),
  wchan: z.string().optional(),
  frozen: z.boolean().optional(),
  /** As wait(2) gives it; for a task that lived at the census it is that of the clearing up. */
  status: number.optional(),
};

const actor = z.object({
  ...seen,
  point: z.string(),
  marked: z.boolean(),
  called: z.boolean(),
  has: z.boolean(),
  /** How it died, as the engine saw it. */
  how: z.enum(['not-dead', 'exited', 'killed', 'zombie']),
  record: number,
  result: number.optional(),
});

/** A census in the middle of a run (agent/snapshot.c). `fault`: the number of the fault. */
const snapshot = z.object({ step: number, fault: number, actors: z.array(z.object(seen)) });

/** Numbers for each event (agent/trace.c): step, actor, place of its kind in the list that the agent begins with, two values. */
export const EVENT_WORDS = 5;

export const REPORT = z.object({
  end: z.enum(['over', 'crashed', 'cut', 'late', 'not-built']),
  error: number.optional(),
  what: z.string().optional(),
  asker: number.optional(),
  context: z.object({ freed: z.boolean(), references: number }).optional(),
  /** Entries of the imposed schedule that no actor could take. */
  skipped: number,
  /** How often each fault of the plan fired. */
  fired: z.array(number),
  /** The actor that did the last step. */
  holder: number,
  /** The first is the coordinator. */
  actors: z.array(actor).min(1),
  /** What the census said whenever a fault came. */
  snapshots: z.array(snapshot),
  /** Which actor did what, in order; empty when it was too long (agent/schedule.c). */
  moves: z.array(
    z.union([
      z.object({ actor: number, step: z.string(), times: number.optional() }),
      z.object({ fault: number, target: number.optional() }),
    ]),
  ),
  events: z.array(number).refine(({ length }) => length % EVENT_WORDS === 0, `not ${EVENT_WORDS} numbers an event`),
  texts: z.array(z.string()),
});

/** What the agent begins with: the kinds of its events, each with the names of its values. */
export const READY = z.object({ kinds: z.array(z.object({ kind: z.string(), values: z.array(z.string()) })) });

export type Report = z.infer<typeof REPORT>;
export type ActorReport = Report['actors'][number];
export type RawSnapshot = Report['snapshots'][number];
/** Which actor did up to which step, and how often; or which fault hit which actor. */
export type Stretch = Report['moves'][number];
