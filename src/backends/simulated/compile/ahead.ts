/**
 * Builds compiled when the package was built: files beside this one, in `ahead/`. Sources that run uncompiled (tests, a
 * clone with changes) have none, and compile at run time.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Build } from './compile.ts';
import type { BuildText } from './link.ts';

function resolveFile({ protocol, debug, trace }: Omit<Build, 'change'>): string {
  const name = [protocol.name, debug ? 'debug' : '', trace ? 'trace' : ''].filter(Boolean).join('-');
  return path.join(import.meta.dirname, 'ahead', `${name}.json`);
}

/** The text of a build; undefined when it was not compiled ahead. */
export function readAhead(build: Omit<Build, 'change'>): BuildText | undefined {
  let text: string;
  try {
    text = readFileSync(resolveFile(build), 'utf8');
  } catch {
    return undefined;
  }
  return JSON.parse(text) as BuildText;
}

/** Keeps the text of a build for later. */
export function writeAhead(build: Omit<Build, 'change'>, text: BuildText): void {
  const file = resolveFile(build);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(text));
}
