/** Image files: read and written without a loss, and changed as a scenario says. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changed, NoSuchImage } from '../../../src/backends/criu/images/edit.ts';
import { readImage, writeImage } from '../../../src/backends/criu/images/file.ts';
import { compareFiles } from '../../../src/backends/criu/images/folder.ts';
import { drawEdit, listKinds } from '../../../src/backends/criu/images/mutate.ts';
import { readPids } from '../../../src/backends/criu/images/pstree.ts';
import { type Field, findSpots, readMessage, withField, writeMessage } from '../../../src/backends/criu/images/wire.ts';
import { Draws } from '../../../src/backends/draws.ts';
import type { ImageEdit } from '../../../src/model/criu.ts';

const number = fc.integer({ min: 1, max: 500 });
const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc
    .tuple(number, fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }))
    .map(([n, value]) => ({ number: n, type: 'varint' as const, value })),
  fc
    .tuple(number, fc.uint8Array({ maxLength: 20 }))
    .map(([n, bytes]) => ({ number: n, type: 'bytes' as const, bytes })),
  fc
    .tuple(number, fc.uint8Array({ minLength: 8, maxLength: 8 }))
    .map(([n, bytes]) => ({ number: n, type: 'fixed' as const, bytes })),
);

function message(...numbers: readonly [number, number][]): Uint8Array {
  return writeMessage(numbers.map(([number, value]) => ({ number, type: 'varint', value: BigInt(value) })));
}

/** Two tasks, 100 with the threads 100 and 103, and its child 101. */
const PSTREE = writeImage({
  head: Uint8Array.from([0x19, 0x43, 0x56, 0x54, 0x30, 0x20, 0x32, 0x50]),
  records: [
    message([1, 100], [2, 0], [3, 100], [4, 100], [5, 100], [5, 103]),
    message([1, 101], [2, 100], [3, 100], [4, 100], [5, 101]),
  ],
});

describe('messages', () => {
  it('are written as they were read', () => {
    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 8 }), (fields) => {
        const bytes = writeMessage(fields);
        assert.deepEqual(readMessage(bytes), fields);
      }),
    );
  });

  it('are not read from bytes that are none, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const fields = readMessage(bytes);
        if (fields) assert.ok(fields.every(({ number }) => number > 0));
      }),
    );
    assert.equal(readMessage(Uint8Array.from([0x08])), undefined);
    assert.equal(readMessage(Uint8Array.from([0x0a, 0x05, 1])), undefined);
  });

  it('have their numbers changed, also those of messages in them', () => {
    const inner = message([1, 7]);
    const outer = writeMessage([
      { number: 3, type: 'bytes', bytes: inner },
      { number: 4, type: 'varint', value: 1n },
    ]);
    assert.deepEqual(
      findSpots(outer).map(({ place, value }) => [place.map(({ number: n, nth }) => `${n}[${nth}]`).join('.'), value]),
      [
        ['3[0]', undefined],
        ['3[0].1[0]', 7n],
        ['4[0]', 1n],
      ],
    );
    const [, spot] = findSpots(outer);
    const made = withField(outer, spot!.place, -1)!;
    assert.equal(findSpots(made)[1]?.value, (1n << 64n) - 1n);
    assert.equal(withField(outer, [{ number: 9, nth: 0 }], 1), undefined);
  });

  it('have any one of several changed, or left out', () => {
    const three = message([7, 1], [8, 5], [7, 2], [7, 3]);
    const values = (bytes: Uint8Array | undefined) =>
      readMessage(bytes!)!.map((field) => Number((field as { value: bigint }).value));
    assert.deepEqual(values(withField(three, [{ number: 7, nth: 1 }], 9)), [1, 5, 9, 3]);
    assert.deepEqual(values(withField(three, [{ number: 7, nth: 2 }], undefined)), [1, 5, 2]);
    assert.equal(withField(three, [{ number: 7, nth: 3 }], 9), undefined);
    assert.deepEqual(values(withField(three, [{ number: 8, nth: 0 }], { add: -2 })), [1, 3, 2, 3]);
  });
});

describe('image files', () => {
  it('are written as they were read', () =>
    assert.deepEqual(Buffer.from(writeImage(readImage(PSTREE)!)), Buffer.from(PSTREE)));

  it('are not read when they are cut', () => {
    for (let length = 9; length < PSTREE.length; length++) {
      const records = readImage(PSTREE.slice(0, length))?.records.length;
      assert.ok(records === undefined || records < 2);
    }
  });

  it('list the tasks of the tree', () => assert.deepEqual(readPids(PSTREE), [100, 101]));
});

describe('changes of images', () => {
  const pids = (bytes: Uint8Array) => readPids(bytes);

  it('cut, extend, and change a byte', () => {
    assert.equal(changed(PSTREE, { kind: 'truncate', file: 'pstree', bytes: 5 }).length, 5);
    assert.equal(changed(PSTREE, { kind: 'truncate', file: 'pstree', bytes: -3 }).length, PSTREE.length - 3);
    assert.equal(changed(PSTREE, { kind: 'extend', file: 'pstree', bytes: 3 }).at(-1), 0xff);
    const made = changed(PSTREE, { kind: 'xor', file: 'pstree', at: -1, xor: 1 });
    assert.equal(made.at(-1), PSTREE.at(-1)! ^ 1);
  });

  it('leave a record out, or have it twice', () => {
    assert.deepEqual(pids(changed(PSTREE, { kind: 'drop', file: 'pstree', record: 0 })), [101]);
    assert.deepEqual(pids(changed(PSTREE, { kind: 'repeat', file: 'pstree', record: 1 })), [100, 101, 101]);
  });

  it('can name another pid of a task, and other threads', () => {
    const made = changed(PSTREE, { kind: 'task', record: 1, set: { pid: [999], threads: [999, 7] } });
    assert.deepEqual(pids(made), [100, 999]);
    const threads = readMessage(readImage(made)!.records[1]!)!.filter(({ number }) => number === 5);
    assert.deepEqual(
      threads.map((field) => Number((field as { value: bigint }).value)),
      [999, 7],
    );
  });

  it('leave a field of a task out', () => {
    const made = changed(PSTREE, { kind: 'task', record: 1, set: { ppid: [] } });
    assert.deepEqual(
      readMessage(readImage(made)!.records[1]!)!.map(({ number }) => number),
      [1, 3, 4, 5],
    );
  });

  it('of a missing field are refused', () => {
    assert.throws(() => changed(PSTREE, { kind: 'drop', file: 'pstree', record: 2 }), NoSuchImage);
    assert.throws(() => changed(PSTREE, { kind: 'xor', file: 'pstree', at: 10_000, xor: 1 }), NoSuchImage);
    assert.throws(
      () => changed(PSTREE, { kind: 'field', file: 'pstree', record: 0, path: [77], nth: [0], value: 1 }),
      NoSuchImage,
    );
  });
});

describe('a change that is optional', () => {
  const images = new Map([['pstree', PSTREE]]);
  const drop = (record: number): ImageEdit & { optional: true } => ({
    kind: 'drop',
    file: 'pstree',
    record,
    optional: true,
  });

  it('is left out where the images of this machine have no such place, and made where they have', () => {
    const { edits, images: made } = compareFiles(images, [drop(1), drop(50)]);
    assert.deepEqual(edits, [drop(1)]);
    assert.equal(readImage(made.get('pstree')!)!.records.length, readImage(PSTREE)!.records.length - 1);
  });
});

describe('changes by seed', () => {
  const images = new Map([
    ['pstree', PSTREE],
    ['core-100', PSTREE],
  ]);
  const mutate = (seed: string, changes = 3) =>
    compareFiles(images, [{ kind: 'mutate', target: 'any', seed, changes }]);

  it('report their changes, and the same changes make the same images', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { edits, images: made } = mutate(String(seed));
      assert.equal(edits.length, 3);
      assert.deepEqual(mutate(String(seed)).edits, edits);
      assert.deepEqual(compareFiles(images, edits as ImageEdit[]).images, made);
    }
  });

  it('apply in their order', () => {
    const missing: ImageEdit = { kind: 'missing', file: 'pstree' };
    const { images: made } = compareFiles(images, [missing, { kind: 'mutate', target: 'core', seed: '1', changes: 1 }]);
    assert.deepEqual([...made.keys()], ['core-100']);
  });

  it('of a missing kind are refused, and the existing kinds are named', () =>
    assert.throws(
      () => compareFiles(images, [{ kind: 'mutate', target: 'croe', seed: '1', changes: 1 }]),
      (error: Error) => error instanceof NoSuchImage && /croe.*core, pstree/.test(error.message),
    ));
});

describe('changes that are drawn', () => {
  const images = new Map([
    ['pstree', PSTREE],
    ['core-100', PSTREE],
    ['pages-1', Uint8Array.from([1, 2, 3])],
    ['empty', new Uint8Array()],
  ]);
  const draw = (seed: string, target: string) => {
    const draws = new Draws(seed);
    return Array.from({ length: 200 }, (_, i) => {
      draws.goTo(i);
      return drawEdit(images, target, draws);
    });
  };

  it('are the same for the same seed, and others for another', () => {
    assert.deepEqual(draw('7', 'any'), draw('7', 'any'));
    assert.notDeepEqual(draw('7', 'any'), draw('8', 'any'));
  });

  it('are of the kind that is asked for, and can be made', () => {
    assert.deepEqual(listKinds(images), ['core', 'empty', 'pages', 'pstree']);
    for (const target of ['any', ...listKinds(images)]) {
      for (const edit of draw('1', target)) {
        const file = edit.kind === 'task' ? 'pstree' : edit.file;
        assert.ok(target === 'any' || file.startsWith(target));
        if (edit.kind !== 'missing') assert.ok(changed(images.get(file)!, edit));
      }
    }
  });
});
