import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { WorkerPool } from '../../src/mocha/worker-pool.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

const reporter = createRequire(import.meta.url).resolve('mocha/lib/nodejs/reporters/parallel-buffered.js');

describe('the pool of workers', function () {
  // Workers take their time to start: Node, Mocha.
  this.timeout(60_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'passes.cjs': 'it("passes", () => {});',
      'fails.cjs': 'it("fails", () => { throw new Error("no"); });',
      'dies.cjs': 'it("dies", () => new Promise(() => process.kill(process.pid, "SIGKILL")));',
      'exits.cjs': 'process.exit(7);',
      'dies-later.cjs':
        'it("passes", () => {}); setImmediate(() => setImmediate(() => process.kill(process.pid, "SIGKILL")));',
    });
  });
  after(() => folder.remove());

  /** For each file the number of its failures, or how its worker ended. */
  const runAll = async (workers: number, ...names: string[]) => {
    const pool = new WorkerPool(workers);
    const results = names.map((name) => pool.run(`${folder.path}/${name}.cjs`, { ui: 'bdd', reporter }));
    return (await Promise.allSettled(results)).map((one) =>
      one.status === 'fulfilled' ? one.value.failureCount : String(one.reason.message),
    );
  };

  it('gives each file to a worker', async () => {
    assert.deepEqual(await runAll(2, 'passes', 'fails', 'passes'), [0, 1, 0]);
  });

  it('goes on with other workers when all have ended, in a file or while they start', async () => {
    const [first, second, ...rest] = await runAll(2, 'dies', 'exits', 'passes', 'dies', 'fails');
    assert.match(String(first), /SIGKILL/);
    assert.match(String(second), /exitCode: `7`/);
    assert.equal(rest[0], 0);
    assert.match(String(rest[1]), /SIGKILL/);
    assert.equal(rest[2], 1);
  });

  it('does not wait for a worker that ended after its file', async () => {
    const results = await runAll(1, 'dies-later', 'passes', 'dies-later', 'fails');
    for (const one of results) assert.ok(typeof one === 'number' || /SIGKILL/.test(one), String(one));
  });

  it('when it is closed, refuses the files that wait', async () => {
    const pool = new WorkerPool(1);
    const files = ['passes', 'passes'].map((name) => pool.run(`${folder.path}/${name}.cjs`, { ui: 'bdd', reporter }));
    const [first, second] = await Promise.all([Promise.allSettled(files), pool.terminate()]).then(([all]) => all);
    assert.equal(first!.status, 'fulfilled');
    assert.equal(second!.status, 'rejected');
  });
});
