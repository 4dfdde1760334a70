import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from '../../src/backends/backend.ts';
import { type FindViolations, runCase } from '../../src/injector/index.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { aBackend, aCase, aRecord } from '../support/builders.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

/** A run with a line in its log fails. */
const byLog: FindViolations = (_c, { events }) => (events.length > 0 ? [{ property: 'p', message: 'no' }] : []);

describe('--keep', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Runs a case; each run leaves a file with its number. `failing`: the run that fails, or breaks. */
  async function play(
    runs: number,
    failing: number | undefined,
    how: 'fails' | 'breaks' = 'fails',
    c = aCase(),
  ): Promise<Verdict> {
    const backend = aBackend();
    let run = 0;
    backend.run.callsFake(async ({ keep }: Plan) => {
      run += 1;
      writeFileSync(path.join(keep!, 'log'), `run ${run}`);
      if (run !== failing) return aRecord();
      if (how === 'breaks') throw new Error('the backend broke');
      return aRecord({}, { events: [{ step: 1, actor: 'coordinator', kind: 'log', text: 'no' }] });
    });
    return runCase(c, { backend, schedules: runs, find: byLog, keep: path.join(folder.path, 'kept') });
  }
  const logOf = ({ kept }: Verdict): string => readFileSync(path.join(kept!, 'log'), 'utf8');
  const all = (): string[] => readdirSync(path.join(folder.path, 'kept'));

  it('keeps what the run left that failed, and nothing else', async () => {
    const verdict = await play(5, 3);
    assert.equal(verdict.status, 'fail');
    assert.equal(logOf(verdict), 'run 3');
    assert.deepEqual(all(), [path.basename(verdict.kept!)]);
    const saved = JSON.parse(readFileSync(path.join(verdict.kept!, 'verdict.json'), 'utf8'));
    assert.deepEqual([saved.id, saved.violations], [verdict.id, verdict.violations]);
  });

  it('keeps what a run left that broke', async () => {
    const verdict = await play(5, 2, 'breaks');
    assert.equal(verdict.status, 'error');
    assert.equal(logOf(verdict), 'run 2');
  });

  it('keeps the first run where it is the case that fails, and no run', async () => {
    const verdict = await play(3, undefined, 'fails', aCase({ violates: ['p'] }));
    assert.equal(verdict.status, 'fail');
    assert.equal(logOf(verdict), 'run 1');
  });

  it('keeps nothing of a case that passed', async () => {
    const { status, kept } = await play(3, undefined);
    assert.deepEqual([status, kept, all()], ['pass', undefined, []]);
  });

  it('replaces what was kept of the same case before', async () => {
    const [first, second] = [await play(1, 1), await play(4, 4)];
    assert.equal(first.kept, second.kept);
    assert.equal(logOf(second), 'run 4');
    assert.equal(all().length, 1);
  });

  it('distinguishes cases with similar titles', async () => {
    const kept = new Set<string | undefined>();
    for (const id of ['a.yaml#x', 'b.yaml#x']) kept.add((await play(1, 1, 'fails', aCase({}, { id }))).kept);
    assert.equal(kept.size, 2);
  });

  it('has the verdict where a backend leaves nothing', async () => {
    const backend = aBackend(aRecord({}, { events: [{ step: 1, actor: 'coordinator', kind: 'log', text: 'no' }] }));
    const { kept } = await runCase(aCase(), { backend, find: byLog, keep: path.join(folder.path, 'kept') });
    assert.deepEqual(readdirSync(kept!), ['verdict.json']);
  });

  it('has a folder once it is complete, and none when the verdict cannot be written', async () => {
    const backend = aBackend();
    backend.run.callsFake(async ({ keep }: Plan) => {
      mkdirSync(path.join(keep!, 'verdict.json'));
      return aRecord({}, { events: [{ step: 1, actor: 'coordinator', kind: 'log', text: 'no' }] });
    });
    const run = () => runCase(aCase(), { backend, find: byLog, keep: path.join(folder.path, 'kept') });
    const { result: verdict, stderr } = await capture(run);
    assert.deepEqual([verdict.status, verdict.kept, all()], ['fail', undefined, []]);
    assert.match(stderr, /nothing kept/);
  });

  it('never follows a link that lies where its folder goes', async () => {
    const first = await play(1, 1);
    const outside = folder.write('outside/mine', 'mine');
    folder.remove();
    folder = temporaryFolder({ 'outside/mine': 'mine', 'kept/other': '' });
    symlinkSync(path.join(folder.path, 'outside'), path.join(folder.path, 'kept', path.basename(first.kept!)));
    const { kept } = await play(1, 1);
    assert.ok(existsSync(path.join(folder.path, 'outside', path.basename(outside))), 'what the link led to is there');
    assert.deepEqual(readdirSync(path.join(folder.path, 'outside')), ['mine']);
    assert.ok(existsSync(path.join(kept!, 'log')));
  });

  it('a folder that cannot be written changes no verdict', async () => {
    folder.write('kept', 'a file');
    const { result: verdict, stderr } = await capture(() =>
      runCase(aCase({ coordinator: ['ok'] }), { backend: aBackend(), keep: path.join(folder.path, 'kept') }),
    );
    assert.equal(verdict.kept, undefined);
    assert.ok(['fail', 'error'].includes(verdict.status));
    assert.match(stderr, /nothing kept/);
  });
});
