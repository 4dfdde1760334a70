import assert from 'node:assert/strict';
import { findSlips } from './language.ts';

describe('the language check', () => {
  it('finds each kind of banned word at its line', () => {
    const text = 'a task that waits\nwho waits, and NOBODY knows\nit sleeps for good\nit can not move';
    assert.deepEqual(
      findSlips(text).map(({ line, word }) => [line, word]),
      [
        [2, 'who'],
        [2, 'NOBODY'],
        [3, 'for good'],
        [4, 'can not'],
      ],
    );
  });

  it('leaves longer words alone', () => {
    assert.deepEqual(findSlips('the whole tree cannot move; a good forgood'), []);
  });
});
