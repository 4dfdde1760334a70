import assert from 'node:assert/strict';
import { InvalidArgumentError } from 'commander';
import { REPORTER_NAMES as SHIPPED } from '../../reporters/registry.ts';
import {
  parseBackend,
  parseCount,
  parseGrep,
  parseMemory,
  parseReporter,
  parseTimeout,
} from '../../src/cli/run/request.ts';
import { REPORTER_NAMES } from '../../src/config/values.ts';

describe('the options of run', () => {
  it('know every reporter that ships', () => {
    assert.deepEqual([...REPORTER_NAMES].sort(), [...SHIPPED].sort());
  });

  it('--backend takes a name, or all of them', () => {
    assert.deepEqual(parseBackend('simulated'), ['simulated']);
    assert.ok(parseBackend('all').length >= 1);
    assert.throws(() => parseBackend('simulate'), InvalidArgumentError);
  });

  it('a count is a whole number from 1', () => {
    assert.equal(parseCount('12'), 12);
    for (const text of ['0', '-1', '1.5', 'x', '', '1e99', ' ']) {
      assert.throws(() => parseCount(text), InvalidArgumentError, text);
    }
  });

  it('--timeout is a time, --max-memory a size', () => {
    const times: Record<string, number> = { '30': 30_000, '0.5': 500, '500ms': 500, '90s': 90_000, '5m': 300_000 };
    for (const [text, milliseconds] of Object.entries(times)) assert.equal(parseTimeout(text), milliseconds, text);
    for (const text of ['0', '-1', 'x', '', '5 m', '1d']) {
      assert.throws(() => parseTimeout(text), InvalidArgumentError, text);
    }
    assert.equal(parseMemory('500M'), 500 * 2 ** 20);
    assert.equal(parseMemory('1.5GiB'), 1.5 * 2 ** 30);
    for (const text of ['500', '0M', 'M', '']) assert.throws(() => parseMemory(text), InvalidArgumentError, text);
  });

  it('--grep is a regular expression', () => {
    assert.equal(parseGrep('a|b'), 'a|b');
    assert.throws(() => parseGrep('('), InvalidArgumentError);
  });

  it('--reporter gathers names, each with a file when it has one', () => {
    const specs = parseReporter('json=a=b.json', parseReporter('spec'));
    assert.deepEqual(specs, [{ name: 'spec' }, { name: 'json', output: 'a=b.json' }]);
  });

  it('--reporter refuses an empty file, and a document among other reports on one terminal', () => {
    assert.throws(() => parseReporter('json='), InvalidArgumentError);
    for (const [first, second] of [
      ['spec', 'tap'],
      ['json', 'github'],
      ['github', 'json'],
      ['spec', 'dot'],
      ['spec', 'spec'],
    ] as const)
      assert.throws(() => parseReporter(second, parseReporter(first)), InvalidArgumentError, `${first}, ${second}`);
  });

  it('--reporter has the terminal shared by reporters that write lines', () => {
    const specs = parseReporter('coverage', parseReporter('github', parseReporter('spec')));
    assert.deepEqual(
      specs.map(({ name }) => name),
      ['spec', 'github', 'coverage'],
    );
  });
});
