/** Fault verbs of one's own with container runtimes. */
import assert from 'node:assert/strict';
import type { RuntimeName } from '../../../src/model/runtime.ts';
import { ownFault, useOwnVerb } from '../../support/own-verb.ts';
import { retryForLock } from '../../support/podman-lock.ts';

interface Seen {
  readonly runtime: string;
  readonly container: string;
  readonly images?: string;
  readonly init?: number;
  readonly processes: readonly number[];
  readonly call?: number;
  readonly criu?: number;
  readonly cgroups: readonly string[];
}

const text = (runtime: string, ...faults: string[]) =>
  `scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\nruntime: ${runtime}\nfaults:\n${faults.join('')}`;
describe('fault verbs of one’s own with container runtimes', function () {
  this.timeout(120_000);
  const { verb, backend } = useOwnVerb('oci');

  const skipWhereRefused = (c: string, context: Mocha.Context) => {
    const reason = backend().refuses(verb.parse(c), 'series');
    if (reason === undefined) return;
    console.log(`      skipped: ${reason}`);
    context.skip();
  };

  for (const name of ['runc', 'crun', 'podman'] satisfies RuntimeName[])
    it(`fire before a call, and when CRIU starts in it: ${name}`, async function () {
      const moments = ['before-pause', 'before-checkpoint', 'during-checkpoint', 'before-restore', 'during-restore'];
      const rounds = '[pause, resume, checkpoint, restore]';
      const c = text(`{ name: ${name}, rounds: ${rounds} }`, ...moments.map((moment) => ownFault('log', moment)));
      skipWhereRefused(c, this);
      retryForLock(this, name);
      const { status, record, reason, properties } = await verb.run(backend(), c);
      const scenes = verb.scenes<Seen>();
      assert.equal(status, 'pass', reason ?? String(properties));
      assert.equal(record!.fired!.length, moments.length);
      assert.deepEqual(
        scenes.map(({ moment }) => moment),
        moments,
      );
      for (const { moment, init, processes, call, criu, cgroups, images, runtime } of scenes) {
        const isDuring = moment.startsWith('during-');
        const isThere = !moment.endsWith('restore');
        assert.deepEqual(
          [runtime, init !== undefined, processes.length, cgroups.length > 0, call !== undefined, criu !== undefined],
          [name, isThere, isThere ? 2 : 0, isThere, isDuring, isDuring],
          moment,
        );
        assert.equal(images === undefined, moment === 'before-pause');
      }
    });

  it('have effects that properties see', async function () {
    const c = text('{ name: runc }', ownFault('run touch /run/rubbish', 'during-restore'));
    skipWhereRefused(c, this);
    const { properties, record } = await verb.run(backend(), c);
    assert.deepEqual(properties, ['deleted-containers-leave-nothing']);
    assert.deepEqual(record!.runtime!.runs.at(-1)!.hits, ['own mine']);
  });

  it('have effects on processes, of this container and another, that properties see', async function () {
    const how = 'run for p in $(pidof sh); do renice -n 7 -p $p; done';
    const c = text('{ name: runc, rounds: [leave-running] }', ownFault(how, 'during-leave-running'));
    skipWhereRefused(c, this);
    const { properties, violations } = await verb.run(backend(), c);
    assert.deepEqual(properties, ['kept-container-is-unchanged', 'other-containers-untouched']);
    assert.match(violations[0]!.message, /nice 0, then 7/);
  });

  it('take the blame for the init where the scenario names the root', async function () {
    const c = text('{ name: runc, rounds: [checkpoint] }', ownFault('kill init', 'before-checkpoint', ', to: 100'));
    skipWhereRefused(c, this);
    const { record } = await verb.run(backend(), c);
    assert.deepEqual(record!.runtime!.runs[0]!.hits, ['init', 'own mine']);
    assert.notEqual(record!.runtime!.runs[0]!.exit, 0);
  });

  it('that fire in no run, break or wait for ever end the case', async function () {
    const of = (how: string) => text('{ name: runc, limit: 2000 }', ownFault(how, 'during-checkpoint'));
    skipWhereRefused(of('log'), this);
    assert.deepEqual((await verb.run(backend(), of('none'))).properties, ['fault-never-fired']);
    for (const [how, reason] of [
      ['throw', /mine\.mjs:8:11: the fault verb mine broke: no luck$/],
      ['say nothing', /mine\.mjs:6: the fault verb mine did not answer/],
      ['hang', /mine\.mjs:6: the fault verb mine has not ended 2 s after during-checkpoint/],
    ] as const) {
      const verdict = await verb.run(backend(), of(how));
      assert.equal(verdict.status, 'error', how);
      assert.match(verdict.reason!, reason);
    }
  });

  it('are skipped, with the reason, where the runtime has no such moment', function () {
    const during = text('{ name: runsc }', ownFault('log', 'during-checkpoint'));
    const twice = text('{ name: runc, faults: { kill: criu, of: checkpoint } }', ownFault('log', 'during-checkpoint'));
    const reasons = [during, twice].map((c) => backend().refuses(verb.parse(c), 'series') ?? '');
    if (/is not here/.test(String(reasons))) {
      console.log(`      skipped: ${reasons.find((one) => /is not here/.test(one))}`);
      this.skip();
    }
    assert.match(reasons[0]!, /runsc starts no CRIU: it has no moment during-checkpoint/);
    assert.match(reasons[1]!, /cannot both fire during one checkpoint/);
  });
});
