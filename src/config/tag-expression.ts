/**
 * Tag expressions, by which cases are selected: `ptrace and not slow`, `(criu or native) and quick`. A tag is one already; a space or a
 * parenthesis in it stands behind a backslash. The language is Cucumber's, and so is its parser.
 */
import { type Node, parse } from '@cucumber/tag-expressions';

export interface TagExpression {
  matches(tags: readonly string[]): boolean;
  /** The tags that it names. */
  readonly tags: readonly string[];
}

/** Characters. What is nested is evaluated by recursion. */
const MAX_LENGTH = 1000;
const WORDS = /(?:\\.|[^\s()\\])+/g;
const OPERATORS = ['and', 'or', 'not'];

/** The expression of a text; a text that says what is wrong with it. */
export function parseTagExpression(text: string): TagExpression | string {
  if (text.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  const words = text.match(WORDS) ?? [];
  if (words.length === 0) return 'there is no tag in it';
  try {
    const node: Node = parse(text);
    const named = words.filter((word) => !OPERATORS.includes(word)).map((word) => word.replace(/\\(.)/g, '$1'));
    return {
      // A tag may be written with @, as in a title.
      matches: (tags) => node.evaluate(tags.flatMap((tag) => [tag, `@${tag}`])),
      tags: named.map((tag) => tag.replace(/^@/, '')),
    };
  } catch (error) {
    return (error as Error).message.replace(/^.*because of syntax error: /s, '');
  }
}

const parsed = new Map<string, TagExpression>();

/** Whether one of these expressions, which have been checked, holds for the tags of a case; with no expression every case matches. */
export function matchesTags(expressions: readonly string[], tags: readonly string[]): boolean {
  return expressions.length === 0 || expressions.some((text) => parseOnce(text).matches(tags));
}

/** Throws for a text that is no expression. */
function parseOnce(text: string): TagExpression {
  const known = parsed.get(text);
  if (known) return known;
  const made = parseTagExpression(text);
  if (typeof made === 'string') throw new Error(`${text}: ${made}`);
  parsed.set(text, made);
  return made;
}

/** The tags that checked expressions name. */
export function namedTags(expressions: readonly string[]): readonly string[] {
  return expressions.flatMap((text) => parseOnce(text).tags);
}
