import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Case } from '../../src/model/case.ts';
import { formatDiagnostic, loadScenarioFileSync } from '../../src/scenario/index.ts';
import { A_CALL } from '../support/builders.ts';

const folder = fileURLToPath(new URL('examples/', import.meta.url));

function example(name: string): Case[] {
  const { cases, diagnostics } = loadScenarioFileSync(`${folder}${name}.yaml`, { cwd: folder });
  assert.deepEqual(
    diagnostics.map((one) => formatDiagnostic(one)),
    [],
  );
  return cases;
}

const pids = (c: Case) => c.tasks.map(({ pid }) => pid);

describe('the examples of the format', () => {
  it('a traced descendant', () => {
    const [c, ...others] = example('traced');
    assert.deepEqual(others, []);
    assert.equal(c!.id, 'traced.yaml#A traced descendant refuses the restart');
    assert.equal(c!.title, 'A traced descendant refuses the restart');
    assert.match(c!.why!, /^prepare_descendants\(\)/);
    assert.deepEqual(c!.tags, ['ptrace', 'cleanup']);
    assert.deepEqual(pids(c!), [100, 101, 102, 103, 104, 105]);
    assert.deepEqual(
      c!.tasks.map(({ tracedBy }) => tracedBy),
      [undefined, undefined, 'outsider', undefined, undefined, undefined],
    );
    assert.deepEqual(c!.tasks[4], {
      ...c!.tasks[3],
      pid: 104,
      leader: 103,
      parent: 100,
      creator: 103,
    });
    assert.deepEqual(c!.image.pids, [100, 101, 102, 103, 104, 105]);
    assert.deepEqual(c!.expect, {
      coordinator: ['EBUSY'],
      tasks: { 100: [{ outcome: 'killed' }], 101: [{ outcome: 'killed' }] },
      leftWaiting: [102, 103, 104, 105],
      violates: [],
      except: [],
    });
    assert.deepEqual(c!.faults, []);
    assert.equal(c!.explore, undefined);
    assert.deepEqual(c!.restart, { ...A_CALL, coordinatorPid: 1 });
  });

  it('bogus pids, one case for each', () => {
    const cases = example('bogus-pids');
    assert.deepEqual(
      cases.map(({ image }) => image.pids),
      [999, 0, -1, 2147483647].map((bogus) => [100, 101, bogus]),
    );
    assert.deepEqual(
      cases.map(({ matrix }) => matrix),
      [{ bogus: 999 }, { bogus: 0 }, { bogus: -1 }, { bogus: 2147483647 }],
    );
    assert.equal(cases[2]!.id, 'bogus-pids.yaml#Pids in the image that no task has [bogus=-1]');
    assert.equal(cases[2]!.scenario, 'Pids in the image that no task has');
    assert.equal(cases[0]!.restart.protocol, 'hardened');
    assert.deepEqual(cases[0]!.image.records[2], { pid: 999, zombie: false, retval: 1002 });
    assert.deepEqual(Object.keys(cases[0]!.expect.tasks), ['100', '101', '102']);
  });

  it('a signal at any moment', () => {
    const cases = example('signal-any-moment');
    assert.deepEqual(
      cases.map(({ faults }) => faults[0]!.targets),
      [['coordinator'], [100], [101], [103]],
    );
    const { faults, explore, expect, tasks } = cases[0]!;
    const { position, ...fault } = faults[0]!;
    assert.deepEqual(fault, {
      verb: 'signal',
      name: 'signal-1',
      targets: ['coordinator'],
      signal: 'SIGUSR1',
      times: 1,
      when: { kind: 'any' },
    });
    assert.deepEqual(position, { file: 'signal-any-moment.yaml', line: 4, column: 5 });
    assert.equal(explore!.strategy, 'exhaustive');
    assert.deepEqual(expect.coordinator, ['ok', 'EINTR']);
    assert.deepEqual(
      tasks.map(({ pid, parent }) => [pid, parent]),
      [
        [100, 'coordinator'],
        [101, 100],
        [102, 100],
        [103, 100],
      ],
    );
  });

  it('a zombie and a ghost', () => {
    const [c] = example('zombie');
    assert.deepEqual(c!.image.pids, [100, 101, 103]);
    assert.deepEqual(
      c!.image.records.map(({ zombie }) => zombie),
      [false, true, false],
    );
    const [, zombie, ghost] = c!.tasks;
    assert.deepEqual([zombie!.state, zombie!.exitCode, ghost!.ghost, ghost!.flags], ['zombie', 7, true, 0x4]);
    assert.equal(c!.restart.flags, 0x2);
    assert.deepEqual(c!.restart.backends, ['simulated', 'native']);
    assert.deepEqual(c!.expect.tasks[102], [{ outcome: 'exited' }]);
    assert.equal(c!.expect.leftWaiting, undefined);
  });

  it('two faults at once', () => {
    const [c] = example('out-of-memory');
    const [fail, kill] = c!.faults.map(({ position: _, ...fault }) => fault);
    assert.deepEqual(fail, {
      verb: 'fail',
      name: 'fail-1',
      targets: [103],
      failure: 'restore',
      errno: 'ENOMEM',
      call: 1,
      times: 1,
      when: { kind: 'any' },
    });
    assert.deepEqual(kill, {
      verb: 'kill',
      name: 'kill-2',
      targets: [101],
      times: 1,
      when: { kind: 'task', task: 101, at: 'sync-3' },
    });
    assert.deepEqual(c!.expect.coordinator, ['ENOMEM', 'EINTR']);
  });

  it('say where each thing is', () => {
    const [c] = example('traced');
    const at = (path: string) => [c!.positions[path]?.line, c!.positions[path]?.column];
    assert.deepEqual(c!.position, { file: 'traced.yaml', line: 1, column: 1 });
    assert.deepEqual(at('scenario'), [1, 1]);
    assert.deepEqual(at('tree'), [5, 1]);
    assert.deepEqual(at('expect.coordinator'), [15, 3]);
    assert.deepEqual(at('expect.tasks.101'), [16, 25]);
    assert.deepEqual(at('expect.left-waiting'), [17, 3]);
    assert.deepEqual(at('expect.left-waiting.1'), [17, 23]);
    const [bogus] = example('bogus-pids');
    assert.deepEqual(bogus!.positions['expect.tasks.102'], bogus!.positions['expect.tasks.all']);
  });
});
