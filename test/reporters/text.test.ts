import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { cut, pad, width, wrap } from '../../reporters/shared/text.ts';
import { count, duration, grouped } from '../../reporters/words/numbers.ts';
import { toAscii } from '../../reporters/words/signs.ts';
import { harmless } from '../../src/boundary/harmless.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map((t) => harmless(t));

describe('a number', () => {
  it('has its thousands set apart as in English text', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => grouped(n) === n.toLocaleString('en-US')));
  });
});

describe('text for terminals', () => {
  it('knows the width of wide, combined and coloured characters', () => {
    assert.equal(width('abc'), 3);
    assert.equal(width('日本'), 4);
    assert.equal(width('e\u0301'), 1);
    assert.equal(width('\u001b[31mred\u001b[0m'), 3);
  });

  it('property: cut keeps to the columns, and leaves what fits alone', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 80 }), (t, columns) => {
        const short = cut(t, columns, '…');
        assert.ok(width(short) <= columns);
        if (width(t) <= columns) assert.equal(short, t);
      }),
    );
  });

  it('property: wrapped lines keep to the columns and lose no word', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), fc.integer({ min: 8, max: 60 }), (list, columns) => {
        const lines = wrap(list.join(' '), columns);
        for (const line of lines) assert.ok(width(line) <= columns || [...line].length === 1, line);
        assert.equal(lines.join('').replaceAll(' ', ''), list.join('').replaceAll(' ', ''));
      }),
    );
  });

  it('property: harmless text has no control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (t) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
        assert.doesNotMatch(harmless(t), /[\u0000-\u001f\u007f-\u009f\u202e]/);
      }),
    );
  });

  it('spells text in ASCII', () => {
    assert.equal(toAscii('Ünïcode → … 日'), 'Unicode -> ... ?');
  });

  it('pads, counts and formats durations', () => {
    assert.equal(pad('日', 4), '日  ');
    assert.equal(count(1, 'case'), '1 case');
    assert.equal(count(12_345, 'case'), '12,345 cases');
    assert.deepEqual([0.4, 12, 999.6, 1234, 59_990, 125_000].map(duration), [
      '0 ms',
      '12 ms',
      '1.0 s',
      '1.2 s',
      '1 min 0 s',
      '2 min 5 s',
    ]);
  });
});
