/** Changes of `expect` in the text of a file: the new words load, and nothing else in the file changes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { documentAt, editExpect, listTaskKeys } from '../../src/scenario/edit-expect.ts';

const HEAD = `# about the file
scenario: First # named
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
`;
const OTHER = `scenario: Second
tree: { pid: 100 }
expect: { coordinator: ok }   # stays
`;

/** The same expectations in the layouts that people write. */
const LAYOUTS: Readonly<Record<string, string>> = {
  'in braces': 'expect: { coordinator: ok, tasks: { 101: killed, all: resumed }, violates: [restores-in-order] }\n',
  'in a block': `expect:
  # how it ends
  coordinator: ok # the coordinator
  tasks:
    101: killed # the child
    all: resumed
  # a defect
  violates: [restores-in-order] # known
`,
  'in lists of lines': `expect:
  coordinator:
    - ok # one
  tasks:
    101:
      - killed   # killed
      # or
      - resumed
    all: [resumed]
  violates:
    # why
    - restores-in-order # known
`,
  'in lists without indentation': `expect:
  coordinator:
  - ok
  tasks: { 101: [killed], all: resumed }
  violates:
  - restores-in-order
explore: exhaustive
`,
  'with mappings': `expect:
  tasks:
    101:
      waiting: sync-1
    all: { waiting: sync-2 }
  coordinator: [ok,
    EINTR]
  violates: [restores-in-order]
`,
};

const word = (text: string) => ({ key: text.replace(/[{}:]/g, '').trim().replace(/\s+/g, ' '), text });
const coordinators = fc.uniqueArray(fc.constantFrom('ok', 'EBUSY', 'EINTR', 'killed', 'blocked'), { minLength: 1 });
const ends = fc.uniqueArray(fc.constantFrom('killed', 'resumed', 'exited', '{ waiting: sync-1 }'), { minLength: 1 });
const properties = fc.uniqueArray(fc.constantFrom('restores-in-order', 'no-kernel-defect', 'turns-in-order'));
const edits = fc
  .record({
    coordinator: coordinators,
    'tasks 101': ends,
    'tasks 102': ends,
    'tasks all': ends,
    violates: properties,
    'may-violate': properties,
  })
  .map((all) => Object.entries(all).map(([path, texts]) => ({ path: path.split(' '), words: texts.map(word) })))
  .chain((all) => fc.shuffledSubarray(all, { minLength: 1 }));

const comments = (text: string): string[] => [...text.matchAll(/(?:^|\s)#.*/gm)].map(([comment]) => comment.trim());

describe('editExpect', () => {
  for (const [layout, expect] of Object.entries(LAYOUTS)) {
    for (const end of ['\n', '\r\n']) {
      const text = `${HEAD}${expect}---\n${OTHER}`.replaceAll('\n', end);

      it(`${layout}, lines that end with ${JSON.stringify(end)}: what was asked for is there, and nothing else changes`, () => {
        fc.assert(
          fc.property(edits, (wanted) => {
            const edited = editExpect(text, 0, wanted);
            assert.ok(typeof edited !== 'string', String(edited));
            const after = edited.text;
            const [first, second] = [text, after].map((one) => one.split(`---${end}`)) as [string[], string[]];
            assert.equal(second[1], first[1]);
            assert.ok(after.startsWith(HEAD.replaceAll('\n', end)));
            assert.equal(after.includes('explore: exhaustive'), text.includes('explore: exhaustive'));
            assert.equal(/[^\r]\n/.test(after), end === '\n');
            for (const { path, words } of wanted) {
              const now = parsed(after, path);
              assert.deepEqual(now?.sort(), words.length === 0 ? undefined : words.map(({ key }) => key).sort(), after);
            }
            // The comments of a key go with it.
            const isRemoved = wanted.some(({ path, words }) => path[0] === 'violates' && words.length === 0);
            const kept = isRemoved ? text.slice(0, text.indexOf('violates:')) : text;
            const lost = comments(kept).filter((one) => !after.includes(one));
            // The comment of a line goes with the line.
            for (const one of lost) assert.match(text, new RegExp(`(- .*|violates: .*)${one}`));
            assert.equal(editAgain(after, wanted), after);
          }),
          { numRuns: 25 },
        );
      });
    }
  }

  it('adds a section where there is none', () => {
    const edited = editExpect(HEAD, 0, [{ path: ['violates'], words: [word('restores-in-order')] }]);
    assert.deepEqual(edited, { text: `${HEAD}expect: { violates: [restores-in-order] }\n` });
  });

  it('refuses what it would have to write elsewhere, or what would lose a comment', () => {
    const refused: Readonly<Record<string, RegExp>> = {
      'expect: { coordinator: &x ok }\nwhy: *x\n': /alias/,
      'matrix: { e: [ok, EBUSY] }\nexpect: { coordinator: "${{ matrix.e }}" }\n': /matrix/,
      'expect:\n  coordinator: [ok, # one\n    EINTR]\n': /comment/,
    };
    for (const [expect, why] of Object.entries(refused)) {
      const answer = editExpect(`${HEAD}${expect}`, 0, [{ path: ['coordinator'], words: [word('EBUSY')] }]);
      assert.ok(typeof answer === 'string');
      assert.match(answer, why);
    }
  });

  it('finds the document of a place', () => {
    const text = `${HEAD}---\n${OTHER}`;
    assert.equal(documentAt(text, text.indexOf('First')), 0);
    assert.equal(documentAt(text, text.indexOf('Second')), 1);
    assert.deepEqual(listTaskKeys(`${HEAD}${LAYOUTS['in a block']}`, 0), ['101', 'all']);
  });
});

/** The words of a key, as any reader of YAML has them; undefined where the key is not there. */
function parsed(text: string, path: readonly string[]): string[] | undefined {
  let value: unknown = parseAllDocuments(text)[0]!.toJS();
  for (const key of ['expect', ...path]) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  return list.map((one) => (typeof one === 'string' ? one : `waiting ${one.waiting}`));
}

function editAgain(text: string, wanted: Parameters<typeof editExpect>[2]): string {
  const again = editExpect(text, 0, wanted);
  assert.ok(typeof again !== 'string', String(again));
  return again.text;
}
