/** The position of a value in a JSON text, so that an error in it can be reported with line and column. */

/** Line and column from 1. */
export interface JsonPlace {
  readonly line: number;
  readonly column: number;
}

/** The place of an offset. */
export function placeInText(text: string, offset: number): JsonPlace {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}

/** The place of a value by its path, or of the nearest value above it that is there. The text must be JSON. */
export function locateInJson(text: string, path: readonly PropertyKey[]): JsonPlace {
  let at = skipSpace(text, 0);
  for (const step of path) {
    const inner = findMember(text, at, step);
    if (inner === undefined) break;
    at = inner;
  }
  return placeInText(text, at);
}

/** The offset of the value of a member, given that of the list or mapping. */
function findMember(text: string, start: number, step: PropertyKey): number | undefined {
  const isList = text[start] === '[';
  if (!isList && text[start] !== '{') return undefined;
  let at = skipSpace(text, start + 1);
  for (let i = 0; text[at] !== ']' && text[at] !== '}'; i++) {
    let key: PropertyKey = i;
    if (!isList) {
      const end = endOfString(text, at);
      key = JSON.parse(text.slice(at, end)) as string;
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (key === step) return at;
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return undefined;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') {
      if (depth === 0) return at;
      depth--;
    } else if (character === ',' && depth === 0) return at;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  return at;
}

/** Levels of lists and mappings of a value that JSON.parse has given, at most `limit` + 1. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
