import assert from 'node:assert/strict';
import fc from 'fast-check';
import { namedTags, parseTagExpression } from '../../src/config/tag-expression.ts';

type Tree = string | readonly ['not', Tree] | readonly ['and' | 'or', Tree, Tree];

const TAGS = ['a', 'b', 'c-d', '@e', '1'];
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(...TAGS.map((tag) => tag.replace('@', ''))),
    fc.tuple(fc.constant('not' as const), tie('tree')),
    fc.tuple(fc.constantFrom('and' as const, 'or' as const), tie('tree'), tie('tree')),
  ),
}));

function write(one: Tree): string {
  if (typeof one === 'string') return one;
  return one[0] === 'not' ? `not (${write(one[1])})` : `(${write(one[1])}) ${one[0]} (${write(one[2])})`;
}

function holds(one: Tree, tags: readonly string[]): boolean {
  if (typeof one === 'string') return tags.includes(one);
  if (one[0] === 'not') return !holds(one[1], tags);
  const [left, right] = [holds(one[1], tags), holds(one[2], tags)];
  return one[0] === 'and' ? left && right : left || right;
}

const matches = (text: string, ...tags: string[]): boolean => {
  const made = parseTagExpression(text);
  assert.ok(typeof made !== 'string', String(made));
  return made.matches(tags);
};

describe('a tag expression', () => {
  it('property: says what its operators say', () => {
    fc.assert(
      fc.property(tree, fc.subarray(TAGS.map((tag) => tag.replace('@', ''))), (one, tags) => {
        assert.equal(matches(write(one), ...tags), holds(one, tags));
      }),
    );
  });

  it('binds not before and, and and before or', () => {
    assert.equal(matches('not a and b', 'b'), true);
    assert.equal(matches('a or b and c', 'a'), true);
    assert.equal(matches('(a or b) and c', 'a'), false);
    assert.equal(matches('not not a', 'a'), true);
  });

  it('takes a tag as it is, with @ as in a title, and what is not of a word behind a backslash', () => {
    assert.ok(matches('@ptrace', 'ptrace'));
    assert.ok(matches('a\\ b and f\\(x\\)', 'a b', 'f(x)'));
    assert.deepEqual(namedTags(['a\\ b or @c']), ['a b', 'c']);
    assert.deepEqual(namedTags(['a and not b', 'c']), ['a', 'b', 'c']);
  });

  it('says what is wrong with anything else', () => {
    for (const text of [
      '',
      'a and',
      'and',
      'a b',
      '(a',
      'a)',
      '()',
      'not',
      `${'('.repeat(1000)}a`,
      'not '.repeat(5000),
    ])
      assert.equal(typeof parseTagExpression(text), 'string', text.slice(0, 20));
  });
});
