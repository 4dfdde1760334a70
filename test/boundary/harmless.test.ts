import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import * as fc from 'fast-check';
import { CLEAR_LINE, HOSTILE, harmless, LogGuard } from '../../src/boundary/harmless.ts';

const HOSTILE_TEXTS = [
  '\u001b[2J',
  '\u009b2J',
  '\r',
  '\u0007',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '\ud800',
  '\u{e0041}',
  '\u2028',
];
const text = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE_TEXTS, '::', '##[', '\n', ' ')))
  .map((all) => all.join(''));

/** What GitHub Actions, Azure Pipelines and TeamCity take for a command. */
const isCommand = (line: string): boolean => line.trimStart().startsWith('::') || /##[a-z]*\[/.test(line);

describe('harmless text', () => {
  it('shows what is hostile as an escape that JSON reads back', () => {
    assert.equal(harmless('a\u001b[31mb\u202ec\u0085'), 'a\\u001b[31mb\\u202ec\\u0085');
    assert.equal(harmless('a\nb\tc'), 'a\\u000ab\\u0009c');
    assert.equal(harmless('a\r\nb\tc', true), 'a\nb\tc');
    for (const hostile of HOSTILE_TEXTS) assert.doesNotMatch(harmless(hostile, true), HOSTILE, JSON.stringify(hostile));
  });

  it('leaves text of any language, and what emoji are made of, as it is', () => {
    for (const plain of ['Ünïcode', '日本語', 'عربى', '👩‍👩‍👧', 'e\u0301']) assert.equal(harmless(plain), plain);
  });

  it('property: JSON that has become harmless means the same', () => {
    fc.assert(fc.property(text, (t) => assert.equal(JSON.parse(harmless(JSON.stringify(t), true)), t)));
  });
});

describe('the output boundary', () => {
  it('property: no hostile character and no command passes, however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(text.map((t) => t.replaceAll('#', ''))), (pieces) => {
        const guard = new LogGuard();
        const out = pieces.map((piece) => guard.pass(piece)).join('');
        const bare = stripVTControlCharacters(out.replaceAll(CLEAR_LINE, ''));
        assert.doesNotMatch(bare, HOSTILE);
        for (const line of out.split('\n')) assert.ok(!isCommand(line), JSON.stringify(line));
      }),
    );
  });

  it('breaks a command at the start of a line, also where the line began earlier', () => {
    for (const pieces of [
      ['::error::x'],
      ['  ::error::x'],
      ['a\n::error::x'],
      [' ', '::error::x'],
      ['a\n', '\t', '::x'],
    ]) {
      const guard = new LogGuard();
      const out = pieces.map((piece) => guard.pass(piece)).join('');
      assert.ok(
        out.split('\n').every((line) => !isCommand(line)),
        out,
      );
    }
    const guard = new LogGuard();
    assert.equal(guard.pass('std'), 'std');
    assert.equal(guard.pass('::string'), '::string');
  });

  it('breaks what a CI service takes for a command anywhere', () => {
    for (const line of ['x ##[add-mask]y', '##vso[task.setvariable variable=a]b', "##teamcity[message text='x']"])
      assert.ok(!isCommand(new LogGuard().pass(line)), line);
  });

  it('lets our own colours pass, and the redrawing of the last line at the start only', () => {
    assert.equal(new LogGuard().pass('\u001b[31mred\u001b[39m'), '\u001b[31mred\u001b[39m');
    assert.equal(new LogGuard().pass(`${CLEAR_LINE}50 %`), `${CLEAR_LINE}50 %`);
    assert.ok(!new LogGuard().pass(`x${CLEAR_LINE}`).includes('\u001b'));
  });
});
