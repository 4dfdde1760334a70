/** A program of the user's, with every default written out and its words as they are written in the file. */
import {
  DEFAULT_MODE,
  DEFAULT_READY_TIMEOUT,
  type Load,
  type Ready,
  type ReadySign,
  type Subject,
} from '../../model/subject.ts';
import type { Checked } from '../check.ts';
import type { Complain } from '../complain.ts';
import type { Path } from '../source/raw.ts';

/** The text of the file at a path. */
export type WrittenAt = (path: Path) => string;

type Words = Checked<'subject'>;
type ReadyWords = NonNullable<Words['ready']>;

const SIGNS = ['file', 'output', 'port', 'udp-port', 'socket'] as const;

/** The program of a case. */
export function resolveSubject(words: Words, writtenAt: WrittenAt, complain: Complain): Subject {
  const { command, cwd = '.', env = {}, files = {}, ready, load, 'exit-code': exitCode } = words;
  const sign = ready && resolveReady(ready, ['subject', 'ready'], complain);
  const client = load && resolveLoad(load, writtenAt, complain);
  return {
    command: resolveCommand(command, ['subject', 'command'], writtenAt),
    cwd,
    env: Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, readText(value, writtenAt(['subject', 'env', name]))]),
    ),
    files: resolveFiles(files, complain),
    ...(sign && { ready: sign }),
    ...(client && { load: client }),
    ...(exitCode !== undefined && { exitCode }),
  };
}

/** The words of a command. YAML reads `0755` as the number 755: the word is what is written. */
export function resolveCommand(words: readonly (string | number)[], path: Path, writtenAt: WrittenAt): string[] {
  return words.map((word, i) => readText(word, writtenAt([...path, i])));
}

function readText(value: string | number, written: string): string {
  if (typeof value === 'string') return value;
  // Not where the number is an alias, or comes from the matrix.
  return /^[-+.\w]+$/.test(written) ? written : String(value);
}

function resolveFiles(files: NonNullable<Words['files']>, complain: Complain): Subject['files'] {
  const paths = Object.keys(files);
  return Object.entries(files).map(([path, file]) => {
    const above = paths.find((other) => path.startsWith(`${other}/`));
    if (above !== undefined)
      complain({ path: ['subject', 'files', path], message: `${above} is a file, not a folder` });
    const { text, mode } = typeof file === 'string' ? { text: file, mode: undefined } : file;
    return { path, text, mode: mode === undefined ? DEFAULT_MODE : Number.parseInt(mode, 8) };
  });
}

function resolveLoad(
  { command, ready }: NonNullable<Words['load']>,
  writtenAt: WrittenAt,
  complain: Complain,
): Load | undefined {
  const path = ['subject', 'load'];
  const sign = resolveReady(ready, [...path, 'ready'], complain);
  return sign && { command: resolveCommand(command, [...path, 'command'], writtenAt), ready: sign };
}

function resolveReady(words: ReadyWords, path: Path, complain: Complain): Ready | undefined {
  const [kind, another] = SIGNS.filter((sign) => words[sign] !== undefined);
  if (kind === undefined || another !== undefined) {
    complain({ path, message: `ready has exactly one of ${SIGNS.join(', ')}` });
    return undefined;
  }
  return { sign: readSign(kind, words), timeout: words.timeout ?? DEFAULT_READY_TIMEOUT };
}

function readSign(kind: (typeof SIGNS)[number], words: ReadyWords): ReadySign {
  switch (kind) {
    case 'file':
    case 'socket':
      return { kind, path: words[kind]! };
    case 'output':
      return { kind, text: words.output! };
    default:
      return { kind, port: words[kind]! };
  }
}
