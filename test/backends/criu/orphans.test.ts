/** Orphans of a declared tree, and tasks in a session that their parent has left: what is there before the dump is what the scenario says. */
import assert from 'node:assert/strict';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import { judge } from '../../../src/properties/index.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

const TREE = `
  pid: 100
  children:
    - pid: 101
      session: 101
      children:
        - { pid: 102, session: 100 }
        - { pid: 103, orphan: true, session: 111 }
        - { pid: 104, orphan: true, session: 111, children: [{ pid: 105 }] }
        - { pid: 106, orphan: true, pgid: 112 }
        - { pid: 107, orphan: true, session: 100, state: zombie }
    - { pid: 108, orphan: true, session: 108, threads: [109] }
`;
/** parent, session, process group */
const WANTED = {
  101: [100, 101, 101],
  102: [101, 100, 100],
  103: [101, 111, 111],
  104: [101, 111, 111],
  105: [104, 111, 111],
  106: [101, 101, 112],
  107: [101, 100, 100],
  108: [100, 108, 108],
};

/** The tree before the dump: parent, session and process group of each task. */
async function build(backend: CriuBackend, text: string) {
  const { cases, diagnostics } = parseScenarios(`scenario: A\n${text}expect: { coordinator: failed }\n`, 'a.yaml');
  assert.deepEqual(diagnostics, []);
  const c = cases[0]!;
  const record = await backend.run({ case: c, protocol: c.restart.protocol, seed: '0', maxSteps: 1 });
  const { tasks } = record.criu!.before;
  return {
    found: Object.fromEntries(tasks.map(({ pid, parent, session, pgid }) => [pid, [parent, session, pgid]])),
    violated: judge(c, record).map(({ property }) => property),
  };
}

describe('orphans of a tree', function () {
  this.timeout(60_000);
  this.slow(10_000);
  let backend: CriuBackend;
  before(async function () {
    backend = criu();
    await skipWithout(backend, this);
  });
  after(() => backend?.dispose());

  for (const namespace of ['host', 'own']) {
    it(`are children of what adopted them, in the session and group of what has exited (pid namespace: ${namespace})`, async () => {
      const { found, violated } = await build(backend, `tree: ${TREE}criu: { namespace: ${namespace} }\n`);
      assert.deepEqual(found, { 100: [0, 100, 100], ...WANTED });
      // An orphan of a session leader whose parent is not the root is dumped, and can never be restored.
      assert.ok(violated.includes('dumped-tree-can-be-restored'));
    });
  }

  it('beside tasks that entered their pid namespace from outside, which CRIU does not see', async () => {
    const tree = '{ pid: 100, children: [{ pid: 101 }, { pid: 103, entered: true, children: [{ pid: 104 }] }] }';
    const { found, violated } = await build(backend, `tree: ${tree}\ncriu: { namespace: own }\n`);
    const wanted = { 100: [0, 100, 100], 101: [100, 100, 100], 103: [0, 103, 103], 104: [103, 103, 103] };
    assert.deepEqual(found, wanted);
    assert.ok(violated.includes('failed-restore-reports-error'));
  });
});
