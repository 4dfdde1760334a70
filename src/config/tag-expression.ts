/**
 * Tag expressions, by which cases are selected: `ptrace and not slow`, `(criu or native) and quick`. A tag is one already. `not` binds
 * closer than `and`, `and` closer than `or`. A tag that is one of these words, or has a parenthesis in it, stands in quotes.
 */

export interface TagExpression {
  matches(tags: readonly string[]): boolean;
  /** The tags that it names. */
  readonly tags: readonly string[];
}

type Node = (tags: ReadonlySet<string>) => boolean;

/** Operators and parentheses, at most: an expression is parsed by recursion. */
const MAX_DEPTH = 100;

/** The expression of a text; a text that says what is wrong with it. */
export function parseTagExpression(text: string): TagExpression | string {
  const tokens = text.match(/"[^"]*"|[()]|[^\s()]+/g) ?? [];
  const tags: string[] = [];
  let at = 0;
  let depth = 0;
  const nested = (parse: () => Node): Node => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new WrongExpression('it is nested too deep');
    const node = parse();
    depth -= 1;
    return node;
  };
  const either = (): Node => {
    let node = both();
    while (tokens[at] === 'or') {
      at += 1;
      const [left, right] = [node, both()];
      node = (given) => left(given) || right(given);
    }
    return node;
  };
  const both = (): Node => {
    let node = single();
    while (tokens[at] === 'and') {
      at += 1;
      const [left, right] = [node, single()];
      node = (given) => left(given) && right(given);
    }
    return node;
  };
  const single = (): Node => {
    const token = tokens[at];
    at += 1;
    if (token === 'not') {
      const inner = nested(single);
      return (given) => !inner(given);
    }
    if (token === '(') {
      const inner = nested(either);
      if (tokens[at] !== ')') throw new WrongExpression('a closing parenthesis is missing');
      at += 1;
      return inner;
    }
    if (token === undefined) throw new WrongExpression('a tag is missing at its end');
    if (token === ')' || token === 'and' || token === 'or')
      throw new WrongExpression(`a tag is missing before "${token}"`);
    const tag = token.startsWith('"') ? token.slice(1, -1) : token.replace(/^@/, '');
    tags.push(tag);
    return (given) => given.has(tag);
  };
  try {
    const node = either();
    if (at < tokens.length) throw new WrongExpression(`"and" or "or" is missing before "${tokens[at]}"`);
    return { matches: (given) => node(new Set(given)), tags };
  } catch (error) {
    if (error instanceof WrongExpression) return error.message;
    throw error;
  }
}

class WrongExpression extends Error {}

const parsed = new Map<string, TagExpression>();

/** Whether one of these expressions, which have been checked, holds for the tags of a case; with no expression every case matches. */
export function matchesTags(expressions: readonly string[], tags: readonly string[]): boolean {
  return expressions.length === 0 || expressions.some((text) => expressionOf(text).matches(tags));
}

/** Parsed once. Throws for a text that is no expression. */
function expressionOf(text: string): TagExpression {
  let expression = parsed.get(text);
  if (!expression) {
    const made = parseTagExpression(text);
    if (typeof made === 'string') throw new Error(`${text}: ${made}`);
    expression = made;
    parsed.set(text, expression);
  }
  return expression;
}

/** The tags that checked expressions name. */
export function namedTags(expressions: readonly string[]): readonly string[] {
  return expressions.flatMap((text) => expressionOf(text).tags);
}
