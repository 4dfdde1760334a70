/** Where the text of a program writes a setting: found by its keys, as the text itself is executed, not parsed. */
import type { Span } from '../scenario/source/text.ts';

/**
 * The place of the key at the end of a path: each key is looked for after the one before it, an index counts the items of
 * the list that follows. What is not found, such as a key that an expression makes, is at the last key that is.
 */
export function findInProgram(text: string, path: readonly (string | number)[]): Span {
  const code = maskComments(text);
  let found: Span = { start: 0, end: 0 };
  let from = Math.max(0, code.search(/export\s+default/));
  for (const step of path) {
    const next = typeof step === 'number' ? findItem(code, from, step) : findKey(code, from, step);
    if (!next) break;
    found = next;
    from = typeof step === 'number' ? next.start : next.end;
  }
  return found;
}

/** The same text with spaces for comments, so that places stay. */
function maskComments(text: string): string {
  return text.replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (match, quote?: string) =>
    quote === undefined ? match.replace(/[^\n]/g, ' ') : match,
  );
}

function findKey(code: string, from: number, key: string): Span | undefined {
  const word = key.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = new RegExp(`(?<=[{,\\s])(['"]?)${word}\\1(?=\\s*[:,}])`, 'g');
  match.lastIndex = from;
  const found = match.exec(code);
  return found ? { start: found.index, end: found.index + found[0].length } : undefined;
}

/** The item with this index of the list that begins next. */
function findItem(code: string, from: number, index: number): Span | undefined {
  const open = code.indexOf('[', from);
  if (open === -1) return undefined;
  let depth = 0;
  let item = 0;
  const isStart = (at: number): boolean => depth === 0 && item === index && /[^\s,]/.test(code[at]!);
  for (let at = open + 1; at < code.length; at++) {
    const character = code[at]!;
    if (isStart(at)) return { start: at, end: at + 1 };
    if ('[{('.includes(character)) depth += 1;
    else if (']})'.includes(character)) depth -= 1;
    else if (character === ',' && depth === 0) item += 1;
    if (depth < 0) return undefined;
  }
  return undefined;
}
