import assert from 'node:assert/strict';
import { formatDiagnostic, parseScenarios } from '../../src/scenario/index.ts';
import { didYouMean, editDistance, nearest } from '../../src/scenario/source/nearest.ts';

describe('a diagnostic as text', () => {
  const { diagnostics } = parseScenarios('scenario: x\ntree: { pid: 100, stat: zombie }\nwhy: y\n', 'some/x.yaml');
  const text = formatDiagnostic(diagnostics[0]!);

  it('has the place, the lines around it, what is expected, and the hint', () => {
    assert.match(text, /^some\/x\.yaml:2:19: error: .*stat/);
    assert.match(
      text,
      /\n {2}1 \| scenario: x\n> 2 \| tree: \{ pid: 100, stat: zombie \}\n {4}\| {19}\^{4}\n {2}3 \| why: y\n/,
    );
    assert.match(text, /expected: .*pid, name/);
    assert.match(text, /hint: did you mean state\?/);
  });

  it('is coloured only when it may be', () => {
    const colour = String.fromCharCode(27);
    assert.ok(!text.includes(colour));
    assert.ok(formatDiagnostic(diagnostics[0]!, { color: true }).includes(colour));
  });

  it('keeps control characters of the file away from the terminal', () => {
    const { diagnostics: shown } = parseScenarios('scenario: x\ntree: { pid: \u001b[31m }\n', 'x.yaml');
    assert.ok(shown.every((one) => !formatDiagnostic(one).includes('\u001b')));
  });

  it('cuts a long line around the place', () => {
    const { diagnostics: shown } = parseScenarios(
      `scenario: x\ntree: { pid: 100, name: ${'n'.repeat(90)}, stat: zombie }\n`,
      'x.yaml',
    );
    const rows = shown[0]!.frame.split('\n');
    assert.ok(rows.every((row) => row.length < 120));
    const marker = rows.findIndex((row) => row.includes('^'));
    const column = rows[marker]!.indexOf('^');
    assert.equal(rows[marker - 1]!.slice(column, column + 4), 'stat');
  });

  it('marks wide characters and tabs at their place', () => {
    const { diagnostics: shown } = parseScenarios(
      'scenario: x\ntree: { pid: 100, name: 日本,\tstat: zombie }\n',
      'x.yaml',
    );
    assert.match(shown[0]!.frame, /\n {4}\| {25}\u3000\u3000 \t\^{4}$/);
  });
});

describe('did you mean', () => {
  const known = ['SIGUSR1', 'SIGUSR2', 'SIGHUP', 'children', 'pid', 'killed', 'kill'];

  it('is the nearest known word, when it is near', () => {
    assert.equal(nearest('SIGUSER1', known), 'SIGUSR1');
    assert.equal(nearest('sigusr2', known), 'SIGUSR2');
    assert.equal(nearest('chlidren', known), 'children');
    assert.equal(nearest('pdi', known), 'pid');
    assert.equal(nearest('kil', known), 'kill');
    assert.equal(nearest('banana', known), undefined);
    assert.equal(nearest('', known), undefined);
    assert.equal(nearest('x'.repeat(10_000), known), undefined);
    assert.equal(didYouMean('banana', known), undefined);
    assert.equal(didYouMean('pidd', known), 'did you mean pid?');
  });

  it('counts insertions, deletions, replacements and swaps', () => {
    assert.equal(editDistance('', ''), 0);
    assert.equal(editDistance('abc', ''), 3);
    assert.equal(editDistance('', 'abc'), 3);
    assert.equal(editDistance('kitten', 'sitting'), 3);
    assert.equal(editDistance('ab', 'ba'), 1);
    assert.equal(editDistance('restroe', 'restore'), 1);
  });
});
