/** What differs between two protocols, as a kernel developer reads it: a unified diff of their sources. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { join } from './source.ts';
import type { Protocol } from './stacks.ts';

/** A unified diff with three lines of context, which patch(1) can apply to the sources of `from`; empty when they are equal. */
export function diffProtocols(from: Protocol, to: Protocol): string {
  const after = to.files();
  return from
    .files()
    .map((file, i) => [file.name, join(file), join(after[i]!)] as const)
    .filter(([, before, now]) => before !== now)
    .map(([name, before, now]) =>
      createTwoFilesPatch(`${from.name}/${name}`, `${to.name}/${name}`, before, now, undefined, undefined, {
        context: 3,
        headerOptions: FILE_HEADERS_ONLY,
      }),
    )
    .join('');
}
