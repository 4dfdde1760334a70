/** A cgroup of the tree's own: what is lost of it shows, and what another process does to it is done. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { FactReader } from '../../../src/backends/census/index.ts';
import { managesCgroups } from '../../../src/backends/criu/command-line.ts';
import { refusal } from '../../../src/backends/criu/refuse.ts';
import { judge } from '../../../src/properties/index.ts';
import { parseScenarios, writeScenario } from '../../../src/scenario/index.ts';
import { loadCriu, parseCriu, useCriu } from './programs.ts';

describe('A cgroup of the tree', function () {
  this.timeout(60_000);
  const backend = useCriu();

  it('is a word of the scenario, and errors have their place', () => {
    const c = parseCriu(
      'cgroup: { version: 1, memory: 67108864, pids: 50 }, freezer: { fault: thaw, after: post-dump }',
    );
    assert.deepEqual(parseScenarios(writeScenario(c), 'a.yaml').cases[0]!.criu, c.criu);
    const place = (words: string) =>
      loadCriu(words).diagnostics.map(({ line, column, message }) => [line, column, message]);
    assert.deepEqual(place('freezer: { fault: remove, after: post-dump }'), [
      [3, 42, 'a cgroup with tasks in it cannot be removed'],
    ]);
    assert.deepEqual(place('freezer: { fault: freeze, after: before-restore }'), [
      [3, 42, 'before a restore no task is in it'],
    ]);
    assert.equal(place('cgroup: { version: 3 }').length, 1);
  });

  it('is refused where it cannot be made', () => {
    const able = { pidMax: 32_768, canLimitPids: true, canInject: true, lackingControllers: () => ['cpu'] as const };
    assert.match(refusal(parseCriu('cgroup: { cpu: 50 }'), able) ?? '', /^no cgroup with cpu can be made here/);
  });

  async function play(words: string) {
    const c = parseCriu(words);
    const { criu } = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
    return criu!;
  }

  for (const version of [1, 2])
    it(`that a restore leaves shows, with its limits, in version ${version}`, async function () {
      const words = `cgroup: { version: ${version}, pids: 50 }, options: { manage-cgroups: ignore }`;
      const refused = backend().refuses(parseCriu(words), 'series');
      if (refused !== undefined) {
        console.log(`      skipped: ${refused}`);
        return this.skip();
      }
      const c = parseCriu(words);
      const record = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
      const violations = judge(c, record);
      assert.deepEqual(
        violations.map(({ property }) => property),
        ['restored-tree-matches-dump'],
      );
      assert.match(violations[0]!.message, /cgroup pids the tree's, then \//);
      return undefined;
    });

  // In `dump-options` a mode other than that of the restore: what is not in the images cannot be restored.
  for (const [words, isCompared] of [
    ['', false],
    ['options: { manage-cgroups: ignore }', false],
    ['dump-options: { manage-cgroups: soft }', false],
    ['options: { manage-cgroups: soft }', true],
    ['cgroup: { pids: 50 }', true],
  ] as const)
    it(`${isCompared ? 'shows' : 'does not show'} its namespace with ${words || 'no words'}`, () => {
      assert.equal(managesCgroups(parseCriu(words)), isCompared);
      const proc = new FactReader({ proc: '/proc', isHeld: false, managesCgroups: isCompared });
      const { steady } = proc.read(process.pid, []);
      assert.equal('namespace cgroup' in steady, isCompared);
      assert.ok('namespace net' in steady);
    });

  for (const fault of ['freeze', 'thaw', 'remove'])
    it(`is hit: ${fault}`, async function () {
      const words = `freezer: { fault: ${fault}, after: ${fault === 'remove' ? 'before-restore' : 'pre-dump'} }`;
      const refused = backend().refuses(parseCriu(words), 'series');
      if (refused !== undefined) {
        console.log(`      skipped: ${refused}`);
        return this.skip();
      }
      const criu = await play(words);
      assert.deepEqual([criu.freezer, criu.dump.exit, criu.restore?.exit], [fault, 0, 0]);
      return undefined;
    });

  for (const [stage, hasLimits] of [
    ['pre-restore', false],
    ['post-restore', true],
  ] as const)
    it(`that a restore has made is left when it fails at ${stage}, which shows, and no process outside of it is blamed`, async function () {
      const words = `cgroup: { version: 1, pids: 50 }, freezer: { fault: remove, after: before-restore }, script-fails: ${stage}`;
      const c = parseCriu(words);
      const refused = backend().refuses(c, 'series');
      if (refused !== undefined) {
        console.log(`      skipped: ${refused}`);
        return this.skip();
      }
      const record = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
      const [changes, ...others] = record.criu!.surroundings!.restore!;
      assert.deepEqual([changes!.kind, others, changes!.removed], ['cgroups', [], []]);
      assert.ok(changes!.added.includes("the tree's in pids"), changes!.added.join('; '));
      assert.equal(changes!.added.includes("limit of the tree's: pids 50"), hasLimits);
      assert.deepEqual(
        judge(c, record).map(({ property }) => property),
        ['failed-restore-leaves-nothing-behind', ...(hasLimits ? [] : ['failed-restore-can-be-retried'])],
      );
      return undefined;
    });

  after(async () => {
    await backend().dispose();
    const left = readdirSync('/sys/fs/cgroup', { recursive: true, withFileTypes: false }) as string[];
    assert.deepEqual(
      left.filter((name) => name.includes('criutree-') && name.includes(`-${process.pid}-`)),
      [],
    );
  });
});
