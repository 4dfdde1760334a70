import assert from 'node:assert/strict';
import { missingEntries, readLockFile } from './support/complete-lockfile.ts';

describe('package-lock.json', () => {
  it('names the packages of every platform, else npm ci fails (npx tsx test/support/complete-lockfile.ts)', () => {
    assert.deepEqual(Object.keys(missingEntries(readLockFile())), []);
  });

  it('finds a package that is missing, and what it is for', () => {
    const packages = { '': {}, 'node_modules/a': { dev: true, optionalDependencies: { 'a-linux-x64-musl': '1.2.3' } } };
    assert.deepEqual(missingEntries({ packages }), {
      'node_modules/a-linux-x64-musl': {
        version: '1.2.3',
        cpu: ['x64'],
        libc: ['musl'],
        os: ['linux'],
        dev: true,
        optional: true,
      },
    });
    const nested = { ...packages, 'node_modules/a/node_modules/a-linux-x64-musl': {} };
    assert.deepEqual(missingEntries({ packages: nested }), {});
  });
});
