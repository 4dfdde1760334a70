/** The errnos that scenarios can name are those of Linux. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { ERRNO_NAMES, errnoName, errnoNumber, SYSCALL_ERRNO_NAMES } from '../../src/model/errno.ts';

describe('Errnos', () => {
  it('have the numbers of this Linux, and each number has one name', function () {
    if (process.platform !== 'linux') {
      console.log('      skipped: needs Linux');
      this.skip();
    }
    const known = constants.errno as unknown as Record<string, number>;
    for (const name of SYSCALL_ERRNO_NAMES) if (name in known) assert.equal(errnoNumber(name), known[name], name);
    assert.ok(SYSCALL_ERRNO_NAMES.filter((name) => name in known).length > 50);
  });

  it('are written as they are read', () => {
    for (const name of [...ERRNO_NAMES, ...SYSCALL_ERRNO_NAMES]) assert.equal(errnoName(-errnoNumber(name)), name);
  });

  it('that only the kernel sees are none that a system call fails with', () => {
    assert.deepEqual(
      SYSCALL_ERRNO_NAMES.filter((name) => name.startsWith('ERESTART')),
      [],
    );
  });
});
