import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { CannotRead, listFolder, readBytes, readText } from '../../src/boundary/read-file.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

describe('reading a file', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const refused = (body: () => void, reason: RegExp): void =>
    assert.throws(body, (error) => error instanceof CannotRead && reason.test(error.reason));

  it('reads up to its limit, and not a byte more', () => {
    const file = folder.write('file', 'abcd');
    assert.equal(readText(file, 4), 'abcd');
    refused(() => readText(file, 3), /more than 3 bytes/);
  });

  it('reads what says that it has no bytes, as files of /proc do', () => {
    assert.match(readText('/proc/self/status', 1 << 16), /^Name:/);
    refused(() => readText('/proc/self/status', 10), /more than 10 bytes/);
  });

  it('refuses FIFOs and devices at once, and folders', () => {
    const fifo = path.join(folder.path, 'fifo');
    assert.equal(spawnSync('mkfifo', [fifo]).status, 0);
    for (const file of [fifo, '/dev/zero', '/dev/stdin', folder.path])
      refused(() => readBytes(file, 10), /not a regular file|no such|not a folder/);
  });

  it('says what the system says', () => {
    refused(() => readBytes(path.join(folder.path, 'none'), 10), /ENOENT/);
    refused(() => listFolder(path.join(folder.path, 'none')), /ENOENT/);
  });

  it('refuses what is not UTF-8', () => {
    const file = path.join(folder.path, 'latin');
    spawnSync('sh', ['-c', 'printf "\\351" > "$0"', file]);
    refused(() => readText(file, 10), /UTF-8/);
  });
});
