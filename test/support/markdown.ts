/** Code blocks of Markdown pages, so that tests can hold the docs to what they say. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface CodeBlock {
  /** The word after the fence; empty for none. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, from 1. */
  readonly line: number;
}

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The fenced code blocks of a page of this repository. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** The first column of the table under each second heading: the keys that a page documents. */
export function keysByHeading(markdown: string): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const part of markdown.split(/^## /m).slice(1)) {
    const heading = part.slice(0, part.indexOf('\n'));
    keys.set(
      heading,
      [...part.matchAll(/^\| `([^`]+)` *\|/gm)].map((m) => m[1]!),
    );
  }
  return keys;
}
