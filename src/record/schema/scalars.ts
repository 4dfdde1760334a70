/** What schemas of reports are made of: texts, numbers and lists, with limits. */
import * as z from 'zod';

/** Longer texts are not made by any run. */
const MAX_TEXT = 1 << 20;
const MAX_NAME = 10_000;
/** Events of a run, and whatever else a run has a list of. */
const MAX_LIST = 2_000_000;

export const text = z.string().max(MAX_TEXT);
export const name = z.string().max(MAX_NAME);
export const whole = z.int().min(-Number.MAX_SAFE_INTEGER);
export const count = z.int().min(0);
export const milliseconds = z.number().min(0).max(1e12);
export const pid = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 32);
export const actor = z.union([z.literal('coordinator'), pid]);
export const list = <T extends z.ZodType>(item: T) => z.array(item).max(MAX_LIST);

export const POSITION = z.looseObject({ file: name, line: z.int().min(1), column: z.int().min(1) });
