/** The words for container runtimes: loaded with their defaults, checked, and written again. */
import assert from 'node:assert/strict';
import { declaredFaults } from '../../src/model/declared.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';
import { mistakesIn } from './support.ts';

const HEAD = 'scenario: A\ntree: { pid: 100, children: [{ pid: 101 }] }\n';

function load(text: string) {
  return parseScenarios(`${HEAD}${text}`, 'a.yaml');
}

const mistakes = (text: string): string => mistakesIn(load(text));

describe('the runtime section', () => {
  it('has a default for everything but the name', () => {
    const [c] = load('runtime: { name: runc }').cases;
    assert.deepEqual(c?.runtime, {
      name: 'runc',
      rounds: ['checkpoint', 'restore'],
      network: 'shared',
      options: { checkpoint: [], restore: [] },
      faults: [],
      repeat: 1,
    });
    assert.deepEqual(c?.restart.backends, ['oci']);
  });

  it('loads as it was written', () => {
    const text = `runtime:
  name: crun
  version: ">=1.0 <2"
  rounds: [pause, leave-running, delete, restore]
  network: own
  checkpoint-options: [--file-locks, --manage-cgroups-mode=soft]
  restore-options: --tcp-established
  faults:
    - { kill: criu, of: restore, call: openat, number: 7, optional: true }
    - { fail: criu, of: leave-running, call: write, errno: ENOSPC }
    - { stop: criu, of: restore, stage: post-restore, optional: true }
    - { image: core-1.img, damage: truncated, of: restore }
    - { disk: full, of: leave-running }
  repeat: 3
  limit: 4000
`;
    const [c] = load(text).cases;
    assert.ok(c?.runtime, mistakes(text));
    assert.deepEqual(parseScenarios(writeScenario(c), 'a.yaml').cases[0]?.runtime, c.runtime);
    assert.deepEqual(
      declaredFaults(c).map(({ name, optional }) => [name, optional]),
      [
        ['runtime.faults.0', true],
        ['runtime.faults.1', false],
        ['runtime.faults.2', true],
        ['runtime.faults.3', false],
        ['runtime.faults.4', false],
      ],
    );
  });

  it('has mounts, limits and namespaces, which are written again', () => {
    const text = `runtime:
  name: runc
  pid: shared
  mounts: [{ tmpfs: /scratch }, { bind: /srv/data, read-only: true }]
  limits: { memory: 67108864, pids: 50, cpu: 50 }
  rootless: true
  capabilities: [CAP_CHECKPOINT_RESTORE]
  faults: { pid: taken, of: restore }
`;
    const [c] = load(text).cases;
    assert.ok(c?.runtime, mistakes(text));
    const { pid, mounts, limits, rootless, capabilities } = c.runtime;
    assert.deepEqual(capabilities, ['CAP_CHECKPOINT_RESTORE']);
    assert.deepEqual([pid, limits, rootless], ['shared', { memory: 67108864, pids: 50, cpu: 50 }, true]);
    assert.deepEqual(mounts, [
      { kind: 'tmpfs', folder: '/scratch' },
      { kind: 'bind', folder: '/srv/data', readOnly: true },
    ]);
    assert.deepEqual(parseScenarios(writeScenario(c), 'a.yaml').cases[0]?.runtime, c.runtime);
  });

  it('has what podman has below it and keeps, which is written again', () => {
    const read = (words: string) => load(`runtime: { name: podman${words} }`).cases[0]!;
    assert.equal(read('').runtime?.lowLevel, 'crun');
    const { settings } = read(', settings: [nice, fifo]').runtime!;
    assert.deepEqual(settings, ['nice', 'fifo']);
    const c = read(', low-level: runc, images: kept, settings: nice, faults: { kill: monitor, of: restore }');
    assert.deepEqual([c.runtime?.lowLevel, c.runtime?.images], ['runc', 'kept']);
    for (const one of [c, read(''), read(', images: exported')])
      assert.deepEqual(parseScenarios(writeScenario(one), 'a.yaml').cases[0]?.runtime, one.runtime);
  });

  for (const [words, message] of [
    ['low-level: crun', /runc has no runtime below it/],
    ['images: lost', /kept/],
    ['capabilities: CAP_SETUID', /root has every capability/],
    ['rootless: true, capabilities: CAP_SETUIT', /did you mean CAP_SETUID/],
    ['mounts: {}', /exactly one of tmpfs and bind/],
    ['mounts: { tmpfs: /a, bind: /b }', /exactly one of tmpfs and bind/],
    ['mounts: { tmpfs: /a, read-only: true }', /read-only belongs to bind/],
    ['mounts: { bind: /../../etc }', /bind cannot be/],
    ['mounts: { bind: /proc/sys }', /bind cannot be/],
    ['mounts: { bind: data }', /bind cannot be/],
    ['mounts: [{ bind: /a }, { tmpfs: /a/b }]', /\/a\/b is in the folder of another mount/],
    ['mounts: [{ bind: /a }, { tmpfs: /a }]', /in the folder of another mount/],
    ['limits: { memory: 1 }', /memory cannot be 1/],
    ['limits: { cpus: 1 }', /cpu/],
    ['settings: [nice, umasc]', /did you mean umask/],
    ['pid: host', /own/],
    ['faults: { pid: taken, of: restore }', /pid namespace of its own/],
  ] as const)
    it(`refuses ${words}`, () => {
      const { cases } = load(`runtime: { name: runc, ${words} }`);
      assert.deepEqual(cases, []);
      assert.match(mistakes(`runtime: { name: runc, ${words} }`), message);
    });

  it('names what was meant', () => {
    assert.match(mistakes('runtime: { name: rnuc }'), /runc/);
    assert.match(mistakes('runtime: { name: runc, rounds: [chekpoint] }'), /checkpoint/);
    assert.match(mistakes('runtime: { nmae: runc }'), /name/);
    const fault = (words: string) => mistakes(`runtime: { name: runc, faults: { ${words}, of: checkpoint } }`);
    assert.match(fault('kill: cruo'), /criu/);
    assert.match(fault('kill: criu, call: opneat'), /openat/);
    assert.match(fault('criu: misssing'), /missing/);
  });

  it('refuses what says nothing, or cannot be', () => {
    const fault = (words: string) => mistakes(`runtime: { name: runc, faults: { ${words} } }`);
    assert.match(fault('of: checkpoint'), /without a kind/);
    assert.match(fault('kill: criu, disk: full, of: checkpoint'), /kill and disk/);
    assert.match(fault('kill: criu, of: pause'), /rounds has no pause/);
    assert.match(fault('fail: criu, of: checkpoint'), /fail needs call/);
    assert.match(fault('image: core-1.img, of: restore'), /image needs damage/);
    assert.match(fault('disk: full, call: openat, of: checkpoint'), /call does not go with disk/);
    assert.match(fault('kill: criu, number: 2, of: checkpoint'), /number needs call/);
    assert.match(fault('kill: runtime, counted-in: runtime, of: checkpoint'), /counted-in needs call/);
    assert.match(
      fault('fail: criu, counted-in: runtime, call: read, of: checkpoint'),
      /counted-in does not go with fail/,
    );
    assert.match(fault('disk: full, stage: pre-dump, of: checkpoint'), /stage does not go with disk/);
    assert.match(fault('kill: criu, stage: pre-dump, call: read, of: checkpoint'), /at a stage or at a system call/);
    assert.match(fault('kill: criu, stage: post-restore, of: checkpoint'), /no stage post-restore in a checkpoint/);
    assert.match(mistakes('runtime: { name: runc, rounds: [restore] }'), /nothing to restore/);
    assert.match(mistakes('runtime: { name: runc, version: new }'), /comparisons/);
    assert.match(mistakes('runtime: { name: runc, checkpoint-options: --work-path=/etc }'), /an option such as/);
  });
});
