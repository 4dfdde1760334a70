/** The protocol's sources as text: files, cut into functions. Patches change this text before it is translated. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The files in the order in which they are read beside the patch. */
export const FILES = ['restart.ts', 'process.ts', 'sys.ts', 'checkpoint.h.ts', 'hooks.ts', 'user.ts'] as const;

export interface SourceFunction {
  readonly name: string;
  /** With what stands above it since the function before: its comment, or a heading. */
  readonly text: string;
}

export interface SourceFile {
  readonly name: string;
  /** What stands above the first function and its comment. */
  readonly head: string;
  readonly functions: readonly SourceFunction[];
}

/** A function begins in the first column, and so does the brace that ends it. */
const FUNCTION = /^export function\*? (\w+)\((?:.*\{\}|[\s\S]*?^\})\n/gm;
/** The comment of the first function, at the end of a file's head. */
const LAST_COMMENT = /\n(?:\/\*(?:(?!\*\/)[\s\S])*\*\/\n|\/\/.*\n|\n)*$/;

/** Cuts a file into its functions. */
export function cut(name: string, text: string): SourceFile {
  const functions: SourceFunction[] = [];
  let head = '';
  let from = 0;
  for (const match of text.matchAll(FUNCTION)) {
    if (functions.length === 0) {
      const above = text.slice(0, match.index);
      head = above.slice(0, LAST_COMMENT.exec(above)?.index ?? 0) + '\n';
      from = head.length;
    }
    const to = match.index + match[0].length;
    functions.push({ name: match[1]!, text: text.slice(from, to) });
    from = to;
  }
  if (functions.length === 0 || text.slice(from).trim() !== '')
    throw new Error(`${name} ends in the middle of a function`);
  return { name, head, functions };
}

/** The text of a file again. */
export function join({ head, functions }: SourceFile): string {
  return head + functions.map(({ text }) => text).join('');
}

let files: readonly SourceFile[] | undefined;

/** The sources of the patch alone, as they stand beside this file. */
export function sources(): readonly SourceFile[] {
  files ??= FILES.map((name) => cut(name, readFileSync(path.join(import.meta.dirname, name), 'utf8')));
  return files;
}
