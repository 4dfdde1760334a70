/** A program of the user's in place of the tree. */
import * as z from 'zod';
import { list, mapping, word } from './word.ts';

/** The most bytes of UTF-8 that Linux takes for one word of a command (MAX_ARG_STRLEN, without the NUL at its end). */
const MAX_ARGUMENT_BYTES = 131_071;

/** A text that can be an argument of a program: any but one with a NUL, in well-formed Unicode, of a size that Linux takes. */
export function argument(what: string) {
  return (
    z
      .string({ error: what })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the NUL ends an argument
      .regex(/^[^\u0000]*$/, { error: `${what}, without NUL characters` })
      .refine((text) => !/\p{Surrogate}/u.test(text), { error: `${what}, in well-formed Unicode` })
      .refine((text) => Buffer.byteLength(text) <= MAX_ARGUMENT_BYTES, {
        error: `${what}, at most ${MAX_ARGUMENT_BYTES} bytes`,
      })
  );
}

/** A program and its arguments. A number is the text that stands in the file. */
export const command = list(
  z.union([argument('a text or a number'), z.number({ error: 'a text or a number' })]),
  'a list of words',
);

export const subject = mapping('a mapping with command', {
  command: word(
    command,
    'A program with its arguments, run in place of the tree: its root has the pid of the root of `tree`, all else is observed. Runs only with --allow-commands.',
    'command: [sh, -c, "sleep 100 & wait"]',
  ),
}).meta({ id: 'subject', description: 'A real program that is dumped and restored.' });
