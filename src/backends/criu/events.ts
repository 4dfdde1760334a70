/** What the agent of a sandbox sends. */
import * as z from 'zod';
import { SEEN } from './census.ts';

const number = z.number();

/** What happened, without a request. */
export const EVENT = z.discriminatedUnion('event', [
  /** A watched process has ended; `status` as wait() gives it. */
  z.object({ event: z.literal('gone'), pid: number, status: number }),
  /** CRIU's action script waits at this stage for an answer. */
  z.object({ event: z.literal('stage'), stage: z.string().max(64) }),
  /** That of a second CRIU does. */
  z.object({ event: z.literal('second-stage'), stage: z.string().max(64) }),
  /** CRIU has sent a message, in hexadecimal. */
  z.object({ event: z.literal('rpc'), message: z.string().regex(/^([0-9a-f]{2})+$/) }),
  /** A call of CRIU is at its limit of time. */
  z.object({ event: z.literal('hangs'), tasks: z.array(SEEN) }),
  /** A call of CRIU has ended. */
  z.object({
    event: z.literal('ended'),
    status: number,
    us: number,
    timedOut: z.boolean(),
    flooded: z.boolean(),
    injected: z.array(
      z.object({
        index: number,
        call: z.string(),
        args: z.array(z.string()),
        path: z.string(),
        /** Bytes of the log that CRIU had written. */
        logBytes: number,
      }),
    ),
  }),
]);
export type SandboxEvent = z.infer<typeof EVENT>;

/** The answer to most requests: a value, or a negative errno. */
export const DONE = z
  .object({ done: number.optional(), error: z.string().optional() })
  .refine(({ done, error }) => done !== undefined || error !== undefined, 'neither done nor error');
