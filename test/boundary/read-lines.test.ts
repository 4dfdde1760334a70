import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { CannotRead } from '../../src/boundary/read-file.ts';
import { MAX_LINE_BYTES, readLines } from '../../src/boundary/read-lines.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('lines of a file that grows', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder();
  });
  after(() => folder.remove());

  const read = (file: string, from = 0): { lines: string[]; end: number } => {
    const lines: string[] = [];
    return { end: readLines(file, from, (line) => lines.push(line)), lines };
  };

  it('are read once and whole, in whatever pieces they are written', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(400), { maxLength: 5 }), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
        const file = folder.write('log', '');
        const got: string[] = [];
        let from = 0;
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          appendFileSync(file, bytes.subarray(at, at + cut));
          at += cut;
          from = readLines(file, from, (one) => got.push(one));
        }
        assert.deepEqual([got, from], [lines, bytes.length]);
      }),
    );
  });

  it('keep a character that lies across two blocks of reading', () => {
    for (const shift of [0, 1, 2, 3]) {
      const long = 'a'.repeat(shift) + '😀'.repeat(400_000);
      const file = folder.write('log', `${long}\nend\ntorn`);
      assert.deepEqual(read(file), { lines: [long, 'end'], end: Buffer.byteLength(long) + 5 });
    }
  });

  it('are left out where they are longer than is read, and the next are not', () => {
    const file = folder.write('log', `${'x'.repeat(MAX_LINE_BYTES + 1)}\nnext\n`);
    assert.deepEqual(read(file).lines, ['next']);
  });

  it('are not waited for where the file is a FIFO', () => {
    const fifo = path.join(folder.path, 'fifo');
    assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
    assert.throws(() => read(fifo), CannotRead);
  });
});
