/** What a reader of a Markdown page pastes into a shell: each command of the page, in order, with what the page says that it prints. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './markdown.ts';

export interface PastedCommand {
  /** May have several lines: a loop, a here-document. */
  readonly text: string;
  /** The lines that the page shows below it; undefined of a block without output, where every command has to succeed. */
  readonly output: readonly string[] | undefined;
  /** The page shows that Ctrl-C ends it. */
  readonly isInterrupted: boolean;
  /** Its line in the page, from 1. */
  readonly line: number;
}

const INTERRUPT = '^C';
/** Languages of blocks that are no commands: each is held to what it says elsewhere. */
const OTHER = new Set(['yaml', 'text', 'ts']);

interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  readonly line: number;
}

/** All commands of a page, also of blocks in lists and of those that are only indented. Throws for a command that stands in the text. */
export function readPastedCommands(page: string): PastedCommand[] {
  const lines = readFileSync(path.join(ROOT, page), 'utf8').split('\n');
  const { blocks, prose } = splitPage(lines);
  for (const [line, text] of prose) {
    const inline = /`((?:npx )?mktrouble [^`]+)`/.exec(text);
    if (inline)
      throw new Error(`${page}:${line}: \`${inline[1]}\` stands in the text: give it a block, with what it prints`);
  }
  return blocks.flatMap((block) => readBlock(page, block));
}

function splitPage(lines: readonly string[]): { blocks: Block[]; prose: [number, string][] } {
  const blocks: Block[] = [];
  const prose: [number, string][] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^( *)```(\S*)/.exec(lines[i]!);
    const code = isBlank(lines[i - 1]) ? /^( {4}|\t)/.exec(lines[i]!) : null;
    const indent = (fence ?? code)?.[1]?.length;
    if (indent === undefined) {
      prose.push([i + 1, lines[i]!]);
      continue;
    }
    const start = fence ? i + 1 : i;
    let end = start;
    if (fence) while (end < lines.length && !/^ *```$/.test(lines[end]!)) end++;
    else while (end < lines.length && (/^( {4}|\t)/.test(lines[end]!) || isBlank(lines[end]))) end++;
    const cut = lines.slice(start, end).map((line) => line.slice(Math.min(indent, line.search(/\S|$/))));
    blocks.push({ language: fence?.[2] ?? 'sh', lines: cut, line: start + 1 });
    i = fence ? end : end - 1;
  }
  return { blocks, prose };
}

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === '';

function readBlock(page: string, { language, lines, line }: Block): PastedCommand[] {
  if (OTHER.has(language)) return [];
  if (language === 'sh') return [{ text: lines.join('\n'), output: undefined, isInterrupted: false, line }];
  if (language !== 'console') throw new Error(`${page}:${line}: what is a block of ${language || 'no language'}?`);
  const starts = lines.flatMap((text, i) => (text.startsWith('$ ') ? [i] : []));
  if (starts[0] !== 0) throw new Error(`${page}:${line}: the first line of a session is a command: "$ ..."`);
  return starts.map((start, n) => {
    const rest = lines.slice(start + 1, starts[n + 1]);
    // As a shell shows it, the second line of a command begins with "> ".
    const more = rest.findIndex((text) => !text.startsWith('> '));
    const continued = more < 0 ? rest.length : more;
    const output = rest.slice(continued).filter((text) => text !== INTERRUPT);
    return {
      text: [lines[start]!.slice(2), ...rest.slice(0, continued).map((text) => text.slice(2))].join('\n'),
      output,
      isInterrupted: rest.includes(INTERRUPT),
      line: line + start,
    };
  });
}

/** Whether a program printed what a page shows: a line `...` is any number of lines, `...` in a line any text, a duration any duration. */
export function isShown(output: readonly string[], printed: string): boolean {
  const pattern = output
    .map((line) =>
      line.trim() === '...' ? '(?:.*\\n)*?' : `${line.trimEnd().split('...').map(escapeText).join('.*')}\\s*\\n`,
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}${printed.trim() === '' ? '' : '\n'}`);
}

/** Times, and the blanks that align them, differ between runs. */
function escapeText(text: string): string {
  return text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\d+(?:\\\.\d+)? (?:ms|s|min)(?: \d+ s)?\b/g, '[\\d.]+ (?:ms|s|min)(?: \\d+ s)?')
    .replace(/ {2,}/g, ' +');
}
