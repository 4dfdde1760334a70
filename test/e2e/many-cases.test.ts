/** A run of ten thousand cases: memory that does not grow with what they leave behind, and output as it goes. */
import assert from 'node:assert/strict';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { PROGRAM, start } from '../support/program.ts';

const CASES = 10_000;
/** Megabytes for the objects of Node: the program alone takes some 50. */
const HEAP = 128;

/** A file of a thousand cases, no two alike. */
function file(n: number): string {
  const first = Array.from({ length: 100 }, (_, i) => 1_000 * n + i);
  return `scenario: Many, ${n}
tree: { pid: 100, children: [{ pid: 101 }] }
matrix: { one: [${first.join(', ')}], other: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }
image: { retval: { 100: "\${{ matrix.one }}", 101: "\${{ matrix.other }}" } }
restart: { protocol: hardened }
expect: { coordinator: ok }
`;
}

describe('ten thousand cases', function () {
  this.timeout(300_000);
  this.slow(120_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder(Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`many-${n}.yaml`, file(n)])));
  });
  after(() => folder.remove());

  it(`run in ${HEAP} MB, and are reported one by one`, async () => {
    const program = start(process.execPath, [`--max-old-space-size=${HEAP}`, ...PROGRAM, 'run', folder.path]);
    await program.says('one=10, other=1]');
    assert.equal(program.process.exitCode, null, 'it has not ended when the first cases are reported');
    const { code, stdout, stderr } = await program.ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\b10,?000 passed/);
    assert.ok(stdout.split('\n').length > CASES);
  });
});
