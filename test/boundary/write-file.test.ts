import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  appendToFile,
  beginFile,
  CannotWrite,
  checkFolder,
  checkWritable,
  makeFolder,
  type PendingFile,
  writeFileAtomically,
} from '../../src/boundary/write-file.ts';
import { flushStreams } from '../../src/boundary/write-stream.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('writing a file', () => {
  let folder: Folder;
  let outside: Folder;
  const before = process.cwd();

  beforeEach(() => {
    outside = temporaryFolder({ victim: 'the file of a user\n' });
    folder = temporaryFolder();
    process.chdir(folder.path);
  });

  afterEach(() => {
    process.chdir(before);
    folder.remove();
    outside.remove();
  });

  const victim = (): string => path.join(outside.path, 'victim');
  const spared = (): void => assert.equal(readFileSync(victim(), 'utf8'), 'the file of a user\n');
  const refused = (body: () => void): void => assert.throws(body, CannotWrite);

  it('makes the folders above it, and leaves nothing else', () => {
    writeFileAtomically('a/b/file', 'text');
    assert.equal(readFileSync('a/b/file', 'utf8'), 'text');
    assert.deepEqual(readdirSync('a/b'), ['file']);
  });

  it('replaces a link in its place, and not what the link leads to', () => {
    symlinkSync(victim(), 'file');
    writeFileAtomically('file', 'text');
    spared();
    assert.ok(lstatSync('file').isFile());
    assert.equal(readFileSync('file', 'utf8'), 'text');
  });

  it('replaces a hard link in its place, and not the file that shares it', () => {
    linkSync(victim(), 'file');
    writeFileAtomically('file', 'text');
    spared();
  });

  it('refuses a linked folder below the working folder, at any depth and by any name of it', () => {
    symlinkSync(outside.path, 'linked');
    mkdirSync('real');
    symlinkSync('../linked', 'real/again');
    for (const file of ['linked/x', 'linked/new/x', 'real/again/x', path.resolve('linked/x'), './real/../linked/x']) {
      refused(() => writeFileAtomically(file, 'text'));
      refused(() => beginFile(file));
      refused(() => checkWritable(file));
      refused(() => appendToFile(file, 'text'));
      refused(() => makeFolder(path.dirname(file)));
      refused(() => checkFolder(path.dirname(file)));
    }
    assert.deepEqual(readdirSync(outside.path), ['victim']);
  });

  it('refuses a linked folder also where the working folder is named by a link to it', () => {
    const alias = path.join(outside.path, 'alias');
    symlinkSync(folder.path, alias);
    symlinkSync(outside.path, 'linked');
    refused(() => writeFileAtomically(path.join(alias, 'linked/x'), 'text'));
    writeFileAtomically(path.join(alias, 'x'), 'text');
    assert.equal(readFileSync('x', 'utf8'), 'text');
  });

  it('follows links outside of the working folder: they are the machine’s', () => {
    const real = path.join(outside.path, 'real');
    const link = path.join(outside.path, 'link');
    mkdirSync(real);
    symlinkSync(real, link);
    writeFileAtomically(path.join(link, 'x'), 'text');
    assert.equal(readFileSync(path.join(real, 'x'), 'utf8'), 'text');
    symlinkSync(path.join(real, 'x'), path.join(outside.path, 'latest'));
    writeFileAtomically(path.join(outside.path, 'latest'), 'newer');
    assert.equal(readFileSync(path.join(real, 'x'), 'utf8'), 'newer');
  });

  it('exclusively, takes no name that is taken: by a file, a link or a dangling link', () => {
    writeFileAtomically('file', 'first', { exclusive: true });
    symlinkSync(victim(), 'link');
    symlinkSync('nowhere', 'dangling');
    for (const name of ['file', 'link', 'dangling']) {
      assert.throws(
        () => writeFileAtomically(name, 'second', { exclusive: true }),
        (error) => error instanceof CannotWrite && error.code === 'EEXIST',
      );
    }
    spared();
    assert.equal(readFileSync('file', 'utf8'), 'first');
    assert.deepEqual(readdirSync('.').sort(), ['dangling', 'file', 'link']);
  });

  it('keeps the mode that the file had', () => {
    folder.write('file', 'old');
    chmodSync('file', 0o640);
    writeFileAtomically('file', 'text');
    assert.equal(statSync('file').mode & 0o777, 0o640);
  });

  it('piece by piece, keeps the old file until the new one is whole', () => {
    folder.write('file', 'old');
    const file = beginFile('file');
    file.write('one ');
    file.write('two');
    assert.equal(readFileSync('file', 'utf8'), 'old');
    assert.deepEqual(readdirSync('.'), ['file']);
    file.commit();
    file.discard();
    assert.equal(readFileSync('file', 'utf8'), 'one two');
    assert.deepEqual(readdirSync('.'), ['file']);
  });

  it('discarded, or only checked, leaves the old file and nothing else', () => {
    folder.write('file', 'old');
    const file = beginFile('file');
    file.write('new');
    file.discard();
    file.commit();
    checkWritable('file');
    checkWritable('other');
    assert.equal(readFileSync('file', 'utf8'), 'old');
    assert.deepEqual(readdirSync('.'), ['file']);
  });

  it('does not mix two that write one file', () => {
    const one = beginFile('file');
    const two = beginFile('file');
    for (let i = 0; i < 100; i++) {
      one.write('1');
      two.write('2');
    }
    two.commit();
    one.commit();
    assert.equal(readFileSync('file', 'utf8'), '1'.repeat(100));
  });

  it('copies what is larger than its buffer', () => {
    const text = 'é'.repeat(1_500_000);
    const file = beginFile('file');
    file.write(text);
    file.commit();
    assert.equal(readFileSync('file', 'utf8'), text);
  });

  it('killed in the middle, leaves the old file and nothing else', async () => {
    folder.write('file', 'old');
    const module = path.resolve(import.meta.dirname, '../../src/boundary/write-file.ts');
    const program = `import { beginFile } from ${JSON.stringify(module)};
      const file = beginFile('file');
      file.write('new');
      console.log('begun');
      setInterval(() => file.write('more'), 1);`;
    const args = ['--import', createRequire(import.meta.url).resolve('tsx'), '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.equal(readFileSync('file', 'utf8'), 'old');
    assert.deepEqual(readdirSync('.'), ['file']);
  });

  it('removes what a killed process left long ago, and nothing else', () => {
    const { pid: dead } = spawnSync('true');
    const name = (pid: number | undefined): string => `.mktrouble-${pid}-0123456789abcdef.tmp`;
    const old = new Date(Date.now() - 3_600_000);
    for (const one of [name(dead), name(process.pid), '.mktrouble-user.tmp']) {
      folder.write(one, '');
      utimesSync(one, old, old);
    }
    const { pid: justDead } = spawnSync('true');
    folder.write(name(justDead), '');
    writeFileAtomically('file', 'text');
    assert.deepEqual(
      readdirSync('.').sort(),
      [name(process.pid), name(justDead), '.mktrouble-user.tmp', 'file'].sort(),
    );
  });

  it('writes to a device that is named, but not through a link of the working folder', () => {
    const file = beginFile('/dev/null');
    file.write('text');
    file.commit();
    checkWritable('/dev/null');
    symlinkSync('/dev/null', 'null');
    const replaced = beginFile('null');
    replaced.write('text');
    replaced.commit();
    assert.equal(readFileSync('null', 'utf8'), 'text');
    assert.ok(statSync('/dev/null').isCharacterDevice());
  });

  it('says what the system says: a full device, a folder, a missing permission', () => {
    const file = beginFile('/dev/full');
    assert.throws(() => file.write('text'), /no space left on the device \(ENOSPC\)/);
    file.discard();
    mkdirSync('is-folder');
    refused(() => writeFileAtomically('is-folder', 'text'));
    refused(() => beginFile('is-folder'));
    folder.write('is-file', '');
    refused(() => writeFileAtomically('is-file/x', 'text'));
    refused(() => writeFileAtomically('x'.repeat(256), 'text'));
    assert.ok(!existsSync('x'.repeat(256)));
  });

  it('writes to a FIFO that has a reader, refuses one that has none, and hangs on neither', async () => {
    assert.equal(spawnSync('mkfifo', ['fifo']).status, 0);
    refused(() => beginFile('fifo'));
    checkWritable('fifo');
    const reader = spawn('sh', ['-c', 'cat fifo > heard'], { stdio: 'ignore' });
    const ended = once(reader, 'close');
    const text = 'text\n'.repeat(100_000);
    let file: PendingFile | undefined;
    while (!file) {
      try {
        file = beginFile('fifo');
      } catch (error) {
        // The reader has not opened it yet.
        if (!(error instanceof CannotWrite) || error.code !== 'ENXIO') throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    file.write(text);
    file.commit();
    await ended;
    assert.equal(readFileSync('heard', 'utf8'), text);
    // As a whole file it takes the FIFO's place, without a reader.
    writeFileAtomically('fifo', 'text');
    assert.ok(lstatSync('fifo').isFile());
  });

  it('keeps what the reader of a FIFO does not take, and gives it up at a signal', async () => {
    assert.equal(spawnSync('mkfifo', ['stuck']).status, 0);
    const reader = openSync('stuck', constants.O_RDWR | constants.O_NONBLOCK);
    const { exitCode } = process;
    try {
      const text = 'text\n'.repeat(100_000);
      const file = beginFile('stuck');
      file.write(text);
      file.write(text);
      file.commit();
      const heard = readSync(reader, Buffer.alloc(1 << 20));
      assert.ok(heard > 0 && heard < text.length, `${heard} bytes fit`);
      assert.equal(await flushStreams(AbortSignal.abort()), 1);
      assert.equal(await flushStreams(), 0);
    } finally {
      closeSync(reader);
      process.exitCode = exitCode;
    }
  });

  it('appends to a log, and not through a link of the working folder', () => {
    appendToFile('log', 'one\n');
    appendToFile('log', 'two\n');
    assert.equal(readFileSync('log', 'utf8'), 'one\ntwo\n');
    symlinkSync(victim(), 'link');
    refused(() => appendToFile('link', 'text'));
    spared();
  });
});
