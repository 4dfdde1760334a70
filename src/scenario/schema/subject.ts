/** A program of the user's in place of the tree. */
import * as z from 'zod';
import { integer, list, mapping, word } from './word.ts';

/** The most bytes of UTF-8 that Linux takes for one word of a command (MAX_ARG_STRLEN, without the NUL at its end). */
const MAX_ARGUMENT_BYTES = 131_071;
/** Milliseconds. */
const MAX_WAIT = 600_000;

/** A text that can be an argument of a program: any but one with a NUL, in well-formed Unicode, of a size that Linux takes. */
function argument(what: string) {
  return wellFormed(
    z
      .string({ error: what })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the NUL ends an argument
      .regex(/^[^\u0000]*$/, { error: `${what}, without NUL characters` })
      .refine((text) => Buffer.byteLength(text) <= MAX_ARGUMENT_BYTES, {
        error: `${what}, at most ${MAX_ARGUMENT_BYTES} bytes`,
      }),
    what,
  );
}

/** A text without half of a surrogate pair, for which UTF-8 has no bytes. */
function wellFormed(schema: z.ZodString, what: string) {
  return schema.refine((text) => !/\p{Surrogate}/u.test(text), { error: `${what}, in well-formed Unicode` });
}

/** A text or a number; a number is the text that stands in the file. */
const value = z.union([argument('a text or a number'), z.number({ error: 'a text or a number' })]);

/** A program and its arguments. */
export const command = list(value, 'a list of words');

const filePath = argument('a path').min(1, { error: 'a path' });
const sockPath = argument('a path, or @ and a name').min(1, { error: 'a path, or @ and a name' });
const port = integer(1, 65_535, 'a port');
const content = wellFormed(z.string({ error: 'a text, the content of the file' }), 'a text');

/** Below the folder of the case: no way out of it. */
const relativePath = z
  .string()
  .max(1000, { error: 'a relative path, at most 1000 characters' })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the NUL ends a path
  .regex(/^(?!\/)(?!(.*\/)?\.{0,2}(\/|$))[^\u0000]+$/, { error: 'a relative path, without . and ..' });

const file = mapping('a text, or a mapping with text and mode', {
  text: word(content, 'The content of the file.', 'text: "#!/bin/sh"'),
  mode: word(
    z.string({ error: 'permission bits in quotes, such as "0755"' }).regex(/^0?[0-7]{3}$/, {
      error: 'permission bits in quotes, such as "0755"',
    }),
    'Its permission bits, in quotes: YAML reads 0755 as another number. Default: "0644".',
    'mode: "0755"',
  ).optional(),
});

const ready = mapping('a mapping with file, output, port, udp-port or socket', {
  file: word(filePath, 'This file exists.', 'file: server.pid').optional(),
  output: word(
    argument('a text').min(1, { error: 'a text' }),
    'A line of its standard output or standard error has this text.',
    'output: Ready to accept connections',
  ).optional(),
  port: word(port, 'This TCP port listens.', 'port: 6379').optional(),
  'udp-port': word(port, 'This UDP port is bound.', 'udp-port: 53').optional(),
  socket: word(sockPath, 'This unix socket accepts; @ and a name: an abstract one.', 'socket: server.sock').optional(),
  timeout: word(
    integer(1, MAX_WAIT, 'a number of milliseconds'),
    'Time limit in milliseconds. Default: 10000.',
    'timeout: 30000',
  ).optional(),
}).meta({
  id: 'ready',
  description: 'The condition that must hold before the dump; one of file, output, port, udp-port, socket.',
});

const load = mapping('a mapping with command and ready', {
  command: word(
    command,
    "A program with its arguments, run beside the subject, with its environment and working folder, in the case's namespaces. Runs only with --allow-commands.",
    'command: [node, client.mjs]',
  ),
  ready: word(
    ready,
    'The condition that shows that the client works; the dump waits for it. Relative paths and output are those of the client.',
    'ready: { output: first answer }',
  ),
}).meta({
  id: 'load',
  description:
    'A client that keeps a subject busy while it is dumped and restored. It is not dumped; connections to it are restored.',
});

export const subject = mapping('a mapping with command', {
  command: word(
    command,
    'A program with its arguments, run in place of the tree: its root has the pid of the root of `tree`, all else is observed. Runs only with --allow-commands.',
    'command: [sh, -c, "sleep 100 & wait"]',
  ),
  cwd: word(
    filePath,
    'Its working folder, absolute or relative to the folder of the case (/run/mktrouble/case, empty at first), where it is made. Default: that folder.',
    'cwd: data',
  ).optional(),
  env: word(
    z.record(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'the name of a variable' }), value, {
      error: 'a mapping from names to texts',
    }),
    'Its environment: these variables and PATH, nothing else.',
    'env: { PORT: 8080 }',
  ).optional(),
  files: word(
    z.record(relativePath, z.union([content, file]), { error: 'a mapping from paths to texts' }),
    'Files to write before it starts, in the folder of the case.',
    'files: { "site/index.html": hello }',
  ).optional(),
  ready: word(
    ready,
    'The condition that must hold before the dump. Default: the program looks idle, or 2 seconds have passed.',
    'ready: { port: 8080 }',
  ).optional(),
  load: word(
    load,
    'A client that keeps it busy: it starts when the subject is ready, and runs until the end of the case.',
    'load: { command: [node, client.mjs], ready: { output: first answer } }',
  ).optional(),
  'exit-code': word(
    integer(0, 255, 'an exit status'),
    'The program exits by itself after the restore, with this status, and the case waits for it. Default: it keeps running, or exits with 0.',
    'exit-code: 0',
  ).optional(),
}).meta({ id: 'subject', description: 'A real program that is dumped and restored.' });
