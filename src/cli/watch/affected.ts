/** Which scenario files a change of the program's own sources can affect: derived from the parts of the protocol that their cases reached. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Verdict } from '../../record/verdict.ts';

/** The functions of the protocol are here, one generator each; what they reach is in a verdict's coverage. */
const PROTOCOL = path.join('src', 'protocol');

export class Reach {
  /** By scenario file, the functions that its cases have reached a step of. */
  readonly #functions = new Map<string, Set<string>>();
  /** Files with a case that can't say. */
  readonly #silent = new Set<string>();

  add(file: string, { coverage }: Verdict): void {
    if (!coverage) {
      this.#silent.add(file);
      return;
    }
    let functions = this.#functions.get(file);
    if (!functions) {
      functions = new Set();
      this.#functions.set(file, functions);
    }
    for (const { name, reached } of coverage.steps) if (reached) functions.add(readFunction(name));
  }

  /** Of these scenario files those that a saved source can affect: all, unless it is one of the protocol's own functions. */
  affected(source: string, files: readonly string[]): string[] {
    if (!path.dirname(source).endsWith(PROTOCOL)) return [...files];
    const defined = functionsIn(source);
    const known = new Set([...this.#functions.values()].flatMap((names) => [...names]));
    if (!defined.some((name) => known.has(name))) return [...files];
    return files.filter((file) => {
      const reached = this.#functions.get(file);
      return this.#silent.has(file) || !reached || defined.some((name) => reached.has(name));
    });
  }
}

/** `set_task_ctx: store checkpoint_ctx` is a step of set_task_ctx. */
function readFunction(step: string): string {
  return step.slice(0, step.indexOf(':'));
}

function functionsIn(source: string): string[] {
  try {
    return [...readFileSync(source, 'utf8').matchAll(/function\*?\s+(\w+)/g)].map(([, name]) => name!);
  } catch {
    return [];
  }
}
