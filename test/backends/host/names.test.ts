import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { isAbandoned, ownPrefix, sweepFolder, uniqueName } from '../../../src/backends/host/names.ts';
import { temporaryFolder } from '../../support/folder.ts';

describe('Names outside of the namespaces of a case', () => {
  before(function () {
    if (existsSync('/proc/self/stat')) return;
    console.log('      skipped: needs /proc');
    this.skip();
  });

  /** A name that a process made that has ended since. */
  function nameOfTheDead(): string {
    const names = path.resolve('src/backends/host/names.ts');
    const script = `import { uniqueName } from ${JSON.stringify(names)}; process.stdout.write(uniqueName('test'));`;
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    return stdout.toString();
  }

  it('never repeat, also within a process', () => {
    const names = Array.from({ length: 1000 }, () => uniqueName('test'));
    assert.equal(new Set(names).size, 1000);
    assert.ok(names.every((name) => name.startsWith(ownPrefix('test'))));
  });

  it('are abandoned once the process that made them has ended', () => {
    assert.equal(isAbandoned(uniqueName('test')), false);
    assert.equal(isAbandoned(nameOfTheDead()), true);
  });

  it('are abandoned when the process that made them is a zombie: not every init reaps', () => {
    // Node reaps when its event loop has a turn, so not in here.
    const { pid } = spawn('true', { stdio: 'ignore' });
    let fields: string[];
    do
      fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ');
    while (fields[0] !== 'Z');
    const inode = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0];
    assert.equal(isAbandoned(`mktrouble-test-${inode}-${pid}-${fields[19]}-00`), true);
  });

  it('are abandoned when their pid is that of another process now', () => {
    const [, kind, namespace, , , random] = nameOfTheDead().split('-');
    assert.equal(isAbandoned(`mktrouble-${kind}-${namespace}-${process.pid}-1-${random}`), true);
  });

  it('of another pid namespace, and names of others, are left alone', () => {
    const inode = Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]);
    assert.equal(isAbandoned(`mktrouble-test-${inode + 1}-999999-1-00`), false);
    for (const name of ['mktrouble-99999', 'mktrouble', 'user.slice', `mktrouble-test-${inode}-999999-0-00`]) {
      assert.equal(isAbandoned(name), false, name);
    }
  });

  it('of the dead are swept, those of the living are not', () => {
    const { path: folder, remove } = temporaryFolder();
    try {
      const [mine, dead] = [uniqueName('test'), nameOfTheDead()].map((name) => path.join(folder, name));
      for (const one of [mine!, dead!]) mkdirSync(one);
      sweepFolder(folder, rmdirSync);
      assert.deepEqual([existsSync(mine!), existsSync(dead!)], [true, false]);
    } finally {
      remove();
    }
  });
});
