/** Modules of the user: JavaScript or TypeScript, whatever Node runs them. They are code, and are executed. */
import { createRequire } from 'node:module';

/** What a module could not be loaded for: the first line of the exception, and its place in the file. */
export interface Thrown {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * The exports of a module. `modules`: what it gets for these names, from this program itself, so that both have the same;
 * `mktrouble` is that of the user's project. Throws what the module throws.
 */
export function loadModule(file: string, modules: Readonly<Record<string, object>>): Readonly<Record<string, unknown>> {
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti');
  // Nothing is written: a cache in a shared folder could be another user's.
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    // Without it `import path from 'node:path'` is undefined in a module of the user's.
    interopDefault: true,
    nativeModules: ['mktrouble'],
    virtualModules: { ...modules },
  });
  const exported = jiti(file) as Record<string, unknown>;
  // That option gives a module without a default export itself for one.
  return typeof exported === 'function' || Object.hasOwn(exported, 'default') ? exported : { ...exported };
}

/** An exception of the module's own code, at the place in it that its stack names. */
export function describeThrown(error: unknown, file: string): Thrown {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const at = stack.indexOf(`${file}:`);
  const [, line, column] = /^:(\d+):(\d+)/.exec(at === -1 ? '' : stack.slice(at + file.length)) ?? [];
  const first = message.split('\n')[0]!;
  return line === undefined ? { message: first } : { message: first, line: Number(line), column: Number(column) };
}
