/** Fault verbs of one's own with CRIU: the moments at which they fire, what they get, what they break, and how those that break themselves end. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { CRIU_STAGE_NAMES } from '../../../src/model/criu.ts';
import { ownFault, useOwnVerb } from '../../support/own-verb.ts';

interface Seen {
  readonly tasks: readonly (readonly [number, number])[];
  readonly criu?: number;
  readonly helpers: readonly { readonly pid: number; readonly name: string }[];
  readonly version: string;
  readonly images: string;
}

const TREE = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101, threads: [102] }] }\n';
describe('fault verbs of one’s own with CRIU', function () {
  this.timeout(60_000);
  const { verb, backend } = useOwnVerb('criu');

  for (const [namespace, stages] of [
    ['own, namespaces: [net]', CRIU_STAGE_NAMES],
    ['host', CRIU_STAGE_NAMES.filter((stage) => !/namespaces|network/.test(stage))],
  ] as const)
    it(`fire at each moment, with the processes of this machine (namespace ${namespace})`, async () => {
      const faults = stages.map((stage) => ownFault('log', stage)).join('');
      const { status, record } = await verb.run(
        backend(),
        `${TREE}criu: { namespace: ${namespace} }\nfaults:\n${faults}`,
      );
      assert.equal(status, 'pass');
      const scenes = verb.scenes<Seen>();
      assert.deepEqual(
        scenes.map(({ moment }) => moment),
        stages,
      );
      assert.equal(record!.fired!.length, stages.length);
      for (const { moment, tasks, criu, version } of scenes) {
        assert.match(version, /^\d+\.\d+/);
        assert.equal(criu === undefined, moment.startsWith('before-'), moment);
        const restored = ['post-restore', 'network-unlock', 'pre-resume', 'post-resume'];
        const all = [...['before-dump', 'pre-dump', 'network-lock', 'post-dump'], ...restored].includes(moment);
        if (all) assert.deepEqual(tasks.map(([pid]) => pid).sort(), [100, 101, 102], moment);
        if (moment === 'before-restore') assert.deepEqual(tasks, []);
      }
    });

  it('fire with the requests of the RPC interface too, and in the last round only', async () => {
    const criu = 'criu: { interface: rpc, rounds: [dump, restore, dump, restore] }';
    const { status } = await verb.run(backend(), `${TREE}${criu}\nfaults:\n${ownFault('log', 'post-dump')}`);
    assert.equal(status, 'pass');
    assert.equal(verb.scenes().length, 1);
  });

  it('see the server beside CRIU', async () => {
    await verb.play(backend(), `${TREE}criu: { page-server: true }\nfaults:\n${ownFault('log', 'pre-dump')}`);
    assert.deepEqual(
      verb.scenes<Seen>().map(({ helpers }) => helpers.length),
      [1],
    );
  });

  it('have effects that properties see, and the command in the namespaces of the case leaves nothing of its own', async () => {
    const text = `${TREE}criu: {}\nfaults:\n`;
    const quiet = await verb.run(backend(), `${text}${ownFault('run true', 'post-dump').repeat(12)}`);
    assert.deepEqual([quiet.status, quiet.properties], ['pass', []]);
    const file = await verb.run(backend(), `${text}${ownFault('run touch /run/mktrouble/rubbish', 'post-restore')}`);
    assert.deepEqual(file.properties, ['restore-leaves-nothing-behind']);
    assert.equal(existsSync('/run/mktrouble/rubbish'), false);
    const killed = await verb.run(backend(), `${text}${ownFault('run kill -9 101', 'pre-dump')}`);
    assert.deepEqual(killed.properties, ['restored-tree-matches-dump']);
  });

  it('take the blame for the tasks that the scenario names, and for no others', async () => {
    const text = `${TREE}criu: {}\nfaults:\n${ownFault('run kill -9 101', 'pre-dump', ', to: [101]')}`;
    const { properties, record } = await verb.run(backend(), text);
    assert.deepEqual(properties, []);
    assert.deepEqual(record!.criu!.hits, [{ verb: 'own', own: 'mine', to: 101, stage: 'pre-dump', fault: 'mine-1' }]);
  });

  it('fire after one another', async () => {
    const after = '  - { own: mine, with: { how: log }, name: second, when: { after: mine-1 } }\n';
    const record = await verb.play(backend(), `${TREE}criu: {}\nfaults:\n${ownFault('log', 'pre-dump')}${after}`);
    assert.deepEqual(record.fired, ['mine-1', 'second']);
    assert.equal(verb.scenes().length, 2);
  });

  it('that fire in no run are no pass', async () => {
    const { status, properties } = await verb.run(
      backend(),
      `${TREE}criu: {}\nfaults:\n${ownFault('none', 'pre-dump')}`,
    );
    assert.deepEqual([status, properties], ['fail', ['fault-never-fired']]);
  });

  for (const [how, reason] of [
    ['throw', /mine\.mjs:8:11: the fault verb mine broke: no luck$/],
    ['say nothing', /mine\.mjs:6: the fault verb mine did not answer whether it has fired: it gave undefined/],
    ['hang', /mine\.mjs:6: the fault verb mine has not ended 1 s after post-dump: the case ends here$/],
    ['wait', /mine\.mjs:6: the fault verb mine has not ended 1 s after post-dump|"sleep" "1000" has not ended/],
  ] as const)
    it(`are an error with their place in the file when they break: ${how}`, async () => {
      const verdict = await verb.run(backend(), `${TREE}criu: { limit: 1000 }\nfaults:\n${ownFault(how, 'post-dump')}`);
      assert.equal(verdict.status, 'error');
      assert.match(verdict.reason!, reason);
      assert.ok(verdict.duration < 30_000);
    });

  it('are skipped, with the reason, at a moment that CRIU does not have', async () => {
    const c = verb.parse(
      `scenario: A\ntree: { pid: 100 }\nrestart: { backends: [criu, oci] }\nfaults:\n${ownFault('log', 'before-checkpoint')}`,
    );
    assert.match(backend().refuses(c, 'series')!, /criu has no such moment .* it has before-dump, pre-dump/);
    const mixed = `${TREE}criu: {}\nfaults:\n  - { kill: 101, name: k, when: { criu: pre-dump } }\n  - { own: mine, with: { how: log }, when: { after: k } }\n`;
    assert.match(backend().refuses(verb.parse(mixed), 'series')!, /after another fault verb of your own/);
  });
});
