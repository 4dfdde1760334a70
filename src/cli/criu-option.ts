/** `--criu VERSION|PATH`: which CRIU the criu backend uses. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';

/** The option, for each command that may start CRIU. */
export function criuOption(): Option {
  return new Option(
    '--criu <version|path>',
    'CRIU to use: a version installed by `mktrouble setup criu@VERSION`, or the path of a program',
  ).argParser((text) => {
    const isPath = text.includes('/');
    if (text === '') throw new InvalidArgumentError('expected a version or a path');
    if (isPath && !existsSync(text)) throw new InvalidArgumentError('no such file');
    return isPath ? path.resolve(text) : text;
  });
}
