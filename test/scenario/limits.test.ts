// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { parseScenarios } from '../../src/scenario/index.ts';
import { MAX_FILE_BYTES, MAX_NESTING, MAX_TREE_DEPTH } from '../../src/scenario/limits.ts';
import { load, refuses } from './support.ts';

const GOOD = 'scenario: x\ntree: { pid: 100, children: [{ pid: 101 }] }\n';
const SIZE = MAX_FILE_BYTES - 1000;
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const filled = (piece: string) => piece.repeat(Math.floor(SIZE / piece.length));

/** Files below the size limit that would take long, or break something, without a check. */
const HOSTILE: Record<string, string> = {
  'lists in lists': filled('['),
  'mappings in mappings': filled('{a: '),
  'lists in lists by lines': filled('- '),
  'keys of keys': filled('? '),
  'brackets that close nothing': filled(']'),
  quotes: filled('"'),
  anchors: filled('&a '),
  aliases: filled('- *a\n'),
  tags: filled('- !a b\n'),
  directives: filled('%A\n'),
  documents: filled('---\n'),
  'documents with a name': filled('---\nscenario: x\n'),
  'escapes that are none': `a: "${filled('\\x')}"`,
  'a long line': `a: ${filled('x')}`,
  'a long key': `${filled('x')}: 1`,
  'a long number': `a: ${filled('9')}`,
  'lines of nothing': filled('\n'),
  comments: filled('#\n'),
  'tabs for spaces': filled('a:\n\t- b\n'),
  'different keys':
    GOOD +
    numbers(20_000)
      .map((i) => `key${i}: 1\n`)
      .join(''),
  'one key again and again': `${GOOD}expect:\n  tasks:\n${'    100: killed\n'.repeat(18_000)}`,
  'keys of a fault': `${GOOD}faults:\n  - kill: 101\n${numbers(18_000)
    .map((i) => `    key${i}: 1\n`)
    .join('')}`,
  'wrong verbs': `${GOOD}faults:\n${numbers(9_000)
    .map((i) => `- { kil: ${i} }\n`)
    .join('')}`,
  'wrong outcomes': `${GOOD}expect:\n  tasks:\n${numbers(14_000)
    .map((i) => `    ${i + 1}: kiled\n`)
    .join('')}`,
  'wrong tasks': `${GOOD}expect:\n  left-waiting:\n${numbers(18_000)
    .map((i) => `  - ${i + 500}\n`)
    .join('')}`,
  'wrong items': `${GOOD}image: { pids: [${numbers(60_000)
    .map(() => 'x')
    .join()}] }`,
  expressions: `${GOOD}why: "${filled('${{ matrix.x }}')}"`,
  'expressions that do not end': `${GOOD}why: "${filled('${{')}"`,
  'children of faults': `${GOOD}faults:\n${'- { fork: 101, times: 100 }\n'.repeat(1000)}`,
  'faults that wait for each other': `${GOOD}faults:\n${numbers(1000)
    .map((i) => `- { kill: 101, name: f${i}, when: { after: f${(i + 1) % 1000} } }\n`)
    .join('')}`,
  'a matrix of nonsense': `${GOOD}matrix: { a: [${numbers(20_000).join()}] }\nfaults: [{ kill: "\${{ matrix.a }}" }]`,
  'a matrix of trees': `scenario: x\ntree: { generate: { shape: star, tasks: "\${{ matrix.a }}" } }\nmatrix: { a: [${numbers(
    20_000,
  )
    .map((i) => i + 900_000)
    .join()}] }`,
  'a matrix of images': `scenario: x\ntree: { generate: { shape: star, tasks: 100000 } }\nmatrix: { a: [${numbers(20_000).join()}] }\nimage: { nr-tasks: "\${{ matrix.a }}" }`,
  'a matrix of many keys': `${GOOD}matrix: { ${numbers(3000)
    .map((i) => `a${i}: [1, 2]`)
    .join()} }`,
  'a matrix of everything': `${GOOD}matrix: { a: [${numbers(10_000).join()}] }\nfaults:\n${'- { kill: 101, times: "${{ matrix.a }}" }\n'.repeat(900)}`,
};

/** An alias bomb: ten to the power of nine. */
const BOMB = `a0: &a0 [${'x,'.repeat(10)}]\n${numbers(9)
  .map((i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]\n`)
  .join('')}`;

describe('limits', () => {
  describe('keep what is hostile short', () => {
    for (const [title, text] of Object.entries({ ...HOSTILE, 'an alias bomb': BOMB })) {
      it(title, function () {
        this.timeout(30_000);
        const begin = process.cpuUsage();
        const { cases, diagnostics } = parseScenarios(text, 'x.yaml');
        const { user, system } = process.cpuUsage(begin);
        // CPU time, as other work on the machine says nothing of ours; a margin for a slow machine and a cold start.
        assert.ok(user + system < 4_000_000, `${(user + system) / 1000} ms of CPU time`);
        assert.ok(cases.length > 0 || diagnostics.length > 0);
        assert.ok(diagnostics.length <= 100);
        for (const { line, column, message, frame } of diagnostics) {
          assert.ok(line >= 1 && column >= 1 && message.length < 1000 && frame.length < 2000, message.slice(0, 200));
        }
      });
    }
  });

  it('of nesting', () => {
    const nested = (depth: number) => `${GOOD}tags: ${'['.repeat(depth)}${']'.repeat(depth)}`;
    assert.match(parseScenarios(nested(MAX_NESTING + 1), 'x.yaml').diagnostics[0]!.message, /nested/);
    assert.doesNotMatch(parseScenarios(nested(MAX_NESTING - 10), 'x.yaml').diagnostics[0]!.message, /nested/);
    const byAlias = `a: &a ${'['.repeat(120)}${']'.repeat(120)}\nb: ${'['.repeat(120)}*a${']'.repeat(120)}`;
    assert.match(parseScenarios(byAlias, 'x.yaml').diagnostics[0]!.message, /nested/);
  });

  it('of the depth of a tree', () => {
    const chain = (depth: number, mark = ['', '']) =>
      `scenario: x\ntree: ${numbers(depth - 1)
        .map((i) => `{ pid: ${i + 10}, children: [`)
        .join('')}${mark[0]}{ pid: 1000 }${mark[1]}${'] }'.repeat(depth - 1)}`;
    assert.equal(load(chain(MAX_TREE_DEPTH))[0]!.tasks.length, MAX_TREE_DEPTH);
    refuses(chain(MAX_TREE_DEPTH + 1, ['«', '»']), [{ says: `${MAX_TREE_DEPTH} levels`, hint: 'generate' }]);
  });

  it('of the size of a tree', () => {
    const wide = (tasks: number) =>
      `scenario: x\ntree:\n  pid: 100000\n  children:\n${numbers(tasks - 1)
        .map((i) => `  - pid: ${i + 10}\n`)
        .join('')}`;
    assert.equal(load(wide(10_000))[0]!.tasks.length, 10_000);
    refuses(`${wide(10_000)}  - «pid: 20000\n»`, [{ says: '10000 tasks', hint: 'generate' }]);
    refuses('scenario: x\ntree: { generate: { shape: star, tasks: «1000001» } }', [{ says: '1 to 1000000' }]);
    refuses('scenario: x\ntree: { generate: { shape: star, tasks: 1000, first-pid: «4194000» } }', [
      { says: '4194304' },
    ]);
  });

  it('of a matrix', () => {
    const matrix = (a: number, b: number) => `{ a: [${numbers(a).join()}], b: [${numbers(b).join()}] }`;
    refuses(`${GOOD}«matrix»: ${matrix(300, 300)}`, [{ says: '90000 cases' }]);
    refuses(`${GOOD}«matrix»: ${matrix(200, 200)}\ntags: [${'a,'.repeat(100)} "\${{ matrix.a }}\${{ matrix.b }}"]`, [
      { says: 'values' },
    ]);
  });

  it('of faults', () => {
    refuses(`${GOOD}faults:\n  «${'- { kill: 101 }\n  '.repeat(1001).trimEnd()}»`, [{ says: 'at most 1000' }]);
  });

  it('of system calls that fail', () => {
    const calls = Array.from({ length: 1001 }, () => '{ of: dump, call: openat, errno: ENOMEM }').join(', ');
    refuses(`${GOOD}criu:\n  syscalls: «[${calls}]»`, [{ says: 'at most 1000' }]);
  });

  it('are not those of names: a mapping has no keys but its own', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'];
    for (const name of names) {
      refuses(`scenario: x\ntree: { pid: 100, «${name}»: 1 }`, [{ says: 'unknown key' }]);
      refuses(`${GOOD}expect: { tasks: { «${name}»: killed } }`, [{}]);
      refuses(`${GOOD}why: «"\${{ matrix.${name} }}"»`, [{ says: 'unknown key of the matrix' }]);
    }
    assert.equal(
      load(`${GOOD}matrix: { constructor: [1], toString: [a] }\nwhy: "\${{ matrix.toString }}"`)[0]!.why,
      'a',
    );
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});
