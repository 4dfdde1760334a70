/** The objects of an IPC namespace, made and read from outside, in a namespace of the test's own. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { listObjects, makeObjects } from '../../../src/backends/oci/ipc.ts';
import { QUEUES } from '../../../src/backends/oci/settings.ts';
import { HERE } from './here.ts';

describe('the objects of the IPC namespace of a container', () => {
  let init: ChildProcess;

  before(async function () {
    if (process.getuid?.() !== 0) {
      console.log('      skipped: namespaces need root');
      return this.skip();
    }
    const script = `mount -t tmpfs devices /dev && mkdir ${QUEUES} && mount -t mqueue queues ${QUEUES} && echo ready && exec sleep 1000`;
    init = spawn('unshare', ['--ipc', '--mount', 'sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    assert.equal(String(await Promise.race([once(init.stdout!, 'data'), once(init, 'exit')])), 'ready\n');
  });
  after(() => init?.kill('SIGKILL'));

  const enter = (...words: string[]): string =>
    execFileSync('nsenter', [`--target=${init.pid}`, '--ipc', '--mount', ...words], { encoding: 'utf8' });

  it('are none, then one of each kind with its key, mode and size, then what is left of them', async () => {
    assert.equal(await listObjects(HERE, init.pid!), 'none');
    await makeObjects(HERE, init.pid!);
    enter('sh', '-c', `: > ${QUEUES}/orders`);
    const objects = (await listObjects(HERE, init.pid!)).split(', ').join(' ');
    assert.match(
      objects,
      /^POSIX queue orders 0 bytes a message queue with key -?\d+ mode 644 0 bytes in 0 messages semaphores with key -?\d+ mode 644 3 shared memory with key -?\d+ mode 644 8192 bytes$/,
    );
    enter('rm', `${QUEUES}/orders`);
    enter('ipcrm', '--all=msg');
    enter('ipcrm', '--all=sem');
    assert.match(await listObjects(HERE, init.pid!), /^shared memory with key -?\d+, mode 644, 8192 bytes$/);
  });

  it('are none of a process that has ended', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    assert.equal(await listObjects(HERE, child.pid!), 'none');
  });
});
