import assert from 'node:assert/strict';
import { findSlips } from './language.ts';

describe('the language check', () => {
  it('finds each kind of banned word at its line', () => {
    const text = [
      'a task that waits',
      'who waits, and NOBODY knows',
      'it sleeps for good',
      'it can not move',
      'he is told, and comes to an end',
    ].join('\n');
    assert.deepEqual(
      findSlips(text).map(({ line, word }) => [line, word]),
      [
        [2, 'who'],
        [2, 'NOBODY'],
        [3, 'for good'],
        [4, 'can not'],
        [5, 'he'],
        [5, 'told'],
        [5, 'comes to an end'],
      ],
    );
  });

  it('leaves longer words alone', () => {
    assert.deepEqual(findSlips('the whole tree cannot move; a good forgood; then; retold; debug-tells-ends'), []);
  });
});
