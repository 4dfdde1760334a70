/** The subject of a scenario: what is written is what is executed. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { listCommands } from '../../src/model/case.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';

const HEAD = 'scenario: A\ntree: { pid: 100 }\n';
const load = (text: string) => parseScenarios(`${HEAD}${text}`, 'a.yaml');

/** Any text without a NUL, in well-formed Unicode, that is no expression. */
const word = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '',
      ' ',
      '\n',
      'a\r\nb\n',
      '\t',
      '\u0085',
      '\u00a0',
      '\u3000',
      '\ufeff',
      '0755',
      'true',
      '~',
      '- x',
    ),
  )
  .map((text) => text.replaceAll('\0', '').replaceAll('${{', '$'));
const command = fc.array(word, { minLength: 1, maxLength: 150 });

describe('the command of a subject', () => {
  it('is loaded as it is written, and written as it was loaded', () => {
    fc.assert(
      fc.property(command, (words) => {
        const { cases, diagnostics } = load(stringify({ subject: { command: words } }));
        assert.deepEqual(diagnostics, []);
        assert.deepEqual(cases[0]?.subject?.command, words);
        const again = parseScenarios(writeScenario(cases[0]!), 'a.yaml');
        assert.deepEqual(again.diagnostics, []);
        assert.deepEqual(again.cases[0]?.subject, cases[0]?.subject);
      }),
    );
  });

  it('takes a number for the text that stands in the file', () => {
    const { cases } = load('subject: { command: [chmod, 0755, 1.50, 0x10, -1, 1e3, "007"] }');
    assert.deepEqual(cases[0]?.subject?.command, ['chmod', '0755', '1.50', '0x10', '-1', '1e3', '007']);
  });

  it('takes values of the matrix', () => {
    const { cases } = load(`subject: { command: [sleep, "\${{ matrix.n }}"] }\nmatrix: { n: [1, 2.5] }`);
    assert.deepEqual(
      cases.map(({ subject }) => subject?.command[1]),
      ['1', '2.5'],
    );
  });

  it('says what no program can be given', () => {
    for (const [text, message] of [
      ['["a\\0b"]', /NUL/],
      ['["\\ud800"]', /Unicode/],
      ['[true]', /an item of command/],
      ['[[a]]', /an item of command/],
      ['[]', /command/],
    ] as const) {
      const { diagnostics } = load(`subject: { command: ${text} }`);
      assert.equal(diagnostics.length, 1, text);
      assert.match(`${diagnostics[0]!.message} ${diagnostics[0]!.expected}`, message);
      assert.equal(diagnostics[0]!.line, 3);
    }
    const long = load(`subject: { command: ["${'\u3000'.repeat(43_691)}"] }`);
    assert.match(long.diagnostics[0]?.expected ?? '', /131071 bytes/);
  });
});

describe('a subject', () => {
  const text = `subject:
  command: [./run]
  cwd: data
  env: { PORT: 0x10, EMPTY: "", TEXT: "a\\nb" }
  files: { run: { text: "#!/bin/sh\\n", mode: "0755" }, "site/index.html": hello }
  ready: { udp-port: 53, timeout: 500 }
  load: { command: [node, 010], ready: { output: at work } }
  exit-code: 3
check: [test, -e, 007]
`;

  it('is loaded with its defaults, and written as it was loaded', () => {
    const { cases, diagnostics } = load(text);
    assert.deepEqual(diagnostics, []);
    const [c] = cases;
    assert.deepEqual(c?.subject, {
      command: ['./run'],
      cwd: 'data',
      env: { PORT: '0x10', EMPTY: '', TEXT: 'a\nb' },
      files: [
        { path: 'run', text: '#!/bin/sh\n', mode: 0o755 },
        { path: 'site/index.html', text: 'hello', mode: 0o644 },
      ],
      ready: { sign: { kind: 'udp-port', port: 53 }, timeout: 500 },
      load: { command: ['node', '010'], ready: { sign: { kind: 'output', text: 'at work' }, timeout: 10_000 } },
      exitCode: 3,
    });
    assert.deepEqual(c?.check, ['test', '-e', '007']);
    assert.deepEqual(listCommands(c!), [['./run'], ['node', '010'], ['test', '-e', '007']]);
    const again = parseScenarios(writeScenario(c!), 'a.yaml');
    assert.deepEqual(again.diagnostics, []);
    assert.deepEqual(again.cases[0]?.subject, c?.subject);
    assert.deepEqual(again.cases[0]?.check, c?.check);
    assert.deepEqual(again.cases[0]?.restart.backends, ['criu']);
  });

  it('says what is wrong with its words, each at its place', () => {
    for (const [more, message] of [
      ['ready: {}', /exactly one/],
      ['load: { command: [a], ready: {} }', /exactly one/],
      ['load: { command: [a] }', /ready/],
      ['ready: { port: 1, file: x }', /exactly one/],
      ['ready: { port: 0 }', /port/],
      ['ready: { port: 65536 }', /port/],
      ['files: { /etc/passwd: x }', /relative path/],
      ['files: { a/../../b: x }', /relative path/],
      ['files: { ./a: x }', /relative path/],
      ['files: { "": x }', /relative path/],
      ['files: { a/: x }', /relative path/],
      ['files: { a: x, a/b: x }', /a is a file/],
      ['files: { a: { text: x, mode: 0755 } }', /quotes/],
      ['files: { a: { text: x, mode: "9" } }', /quotes/],
      ['env: { "A=B": x }', /variable/],
      ['env: { A: "x\\0" }', /NUL/],
      ['exit-code: 256', /exit status/],
      ['cwd: ""', /path/],
    ] as const) {
      const { diagnostics } = load(`subject:\n  command: [x]\n  ${more}\n`);
      assert.equal(diagnostics.length, 1, `${more}: ${JSON.stringify(diagnostics.map((one) => one.message))}`);
      assert.match(`${diagnostics[0]!.message} ${diagnostics[0]!.expected}`, message);
      assert.equal(diagnostics[0]!.line, 5, more);
    }
  });
});
