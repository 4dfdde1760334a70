/** `--criu VERSION|PATH`: which CRIU the criu backend uses. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** The option, for each command that may start CRIU. The environment carries the choice to the backend and to worker processes. */
export function criuOption(): Option {
  return new Option(
    '--criu <version|path>',
    'the CRIU to use: a version that `mktrouble setup criu@VERSION` unpacked, or a program',
  ).argParser((text) => {
    const isPath = text.includes('/');
    if (text === '') throw new InvalidArgumentError('a version or a path was expected');
    if (isPath && !existsSync(text)) throw new InvalidArgumentError('there is no such file');
    process.env['MKTROUBLE_CRIU'] = isPath ? path.resolve(text) : text;
    return text;
  });
}
