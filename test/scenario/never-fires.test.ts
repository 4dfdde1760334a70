/** Faults that can never fire are mistakes of the file, where that can be known before a run. */
import assert from 'node:assert/strict';
import { parseScenarios } from '../../src/scenario/index.ts';

/** Where the mistakes of a scenario are: the lines, and what is written there. */
function mistakes(text: string): string[] {
  const { diagnostics } = parseScenarios(`scenario: A\n${text}`, 'a.yaml');
  const lines = `scenario: A\n${text}`.split('\n');
  return diagnostics.map(({ line, column }) => /^[\w-]+/.exec(lines[line - 1]!.slice(column - 1))?.[0] ?? '');
}

const CRIU = 'tree: { pid: 100, children: [{ pid: 101 }] }\ncriu: { namespace: host }\n';
const OWN = CRIU.replace('host', 'own');

describe('a fault that can never fire', () => {
  it('is one at a stage that the namespace does not have', () => {
    for (const stage of ['setup-namespaces', 'post-setup-namespaces']) {
      const fault = `faults: [{ kill: 101, when: { criu: ${stage} } }]`;
      assert.deepEqual(mistakes(CRIU + fault), [stage]);
      assert.deepEqual(mistakes(OWN + fault), []);
      const script = (namespace: string) =>
        `tree: { pid: 100 }\ncriu: { namespace: ${namespace}, script-fails: ${stage} }`;
      assert.deepEqual(mistakes(script('host')), [stage]);
      assert.deepEqual(mistakes(script('own')), []);
    }
  });

  it('is an action script at a moment at which none runs, or after one that ends the call', () => {
    const fails = (stages: string) => mistakes(`tree: { pid: 100 }\ncriu: { script-fails: ${stages} }`);
    assert.deepEqual(fails('before-dump'), ['before-dump']);
    assert.deepEqual(fails('before-restore'), ['before-restore']);
    assert.deepEqual(fails('[pre-dump, post-restore]'), ['post-restore']);
    assert.deepEqual(fails('[pre-resume, post-resume]'), []);
  });

  it('is one at a stage of a network that the tree does not have; a program makes its own', () => {
    const at = (stage: string, more: string) =>
      mistakes(`tree: { pid: 100 }\n${more}\nfaults: [{ kill: 100, when: { criu: ${stage} } }]`);
    for (const stage of ['network-lock', 'network-unlock']) {
      assert.deepEqual(at(stage, 'criu: {}'), [stage]);
      assert.deepEqual(at(stage, 'criu: { namespaces: [net] }'), []);
      assert.deepEqual(at(stage, 'subject: { command: [sleep, 1] }'), []);
      assert.deepEqual(mistakes(`tree: { pid: 100 }\ncriu: { script-fails: ${stage} }`), [stage]);
    }
  });

  it('is one at a stage after the action script has ended the call', () => {
    const at = (stage: string) =>
      mistakes(
        `tree: { pid: 100 }\ncriu: { script-fails: post-dump }\nfaults: [{ kill: 100, when: { criu: ${stage} } }]`,
      );
    assert.deepEqual(at('post-resume'), ['post-resume']);
    assert.deepEqual(at('pre-dump'), []);
    assert.deepEqual(at('post-dump'), []);
  });

  it('is one that hits CRIU before it is started', () => {
    const to = (target: string) => mistakes(`${CRIU}faults: [{ kill: ${target}, when: { criu: before-restore } }]`);
    assert.deepEqual(to('coordinator'), ['before-restore']);
    assert.deepEqual(to('101'), []);
    assert.deepEqual(to('[coordinator, 101]'), []);
  });

  it('is one that hits a task that is dead before restart is called', () => {
    const tree = 'tree: { pid: 100, children: [{ pid: 101, state: dead }, { pid: 102 }] }\n';
    assert.deepEqual(mistakes(`${tree}faults: [{ kill: 101 }]`), ['101']);
    assert.deepEqual(mistakes(`${tree}faults: [{ signal: SIGUSR1, to: 101 }]`), ['101']);
    assert.deepEqual(mistakes(`${tree}faults: [{ kill: [101, 102] }]`), []);
  });

  it('is one of the root under taskself, which goes by the points of the coordinator', () => {
    const at = (task: number, point: string) =>
      mistakes(
        `tree: { pid: 100, children: [{ pid: 101 }] }\nrestart: { flags: [taskself] }\nfaults: [{ kill: 100, when: { task: ${task}, at: ${point} } }]`,
      );
    assert.deepEqual(at(100, 'sync-1'), ['sync-1']);
    assert.deepEqual(at(100, 'exit'), ['exit']);
    assert.deepEqual(at(101, 'sync-1'), []);
    assert.deepEqual(at(101, 'sync-2'), ['sync-2']);
  });

  it('is none at the exit of a task, whatever the task does before', () => {
    for (const how of ['absent: true', 'exits: true'])
      assert.deepEqual(
        mistakes(
          `tree: { pid: 100, children: [{ pid: 101, ${how} }] }\nfaults: [{ kill: 100, when: { task: 101, at: exit } }]`,
        ),
        [],
      );
  });

  it('may be followed by one that is optional', () => {
    const follower = (more: string) =>
      mistakes(
        `tree: { pid: 100, children: [{ pid: 101, state: dead }] }\nfaults: [{ kill: 101, name: a }, { kill: 100, when: { after: a }${more} }]`,
      );
    assert.deepEqual(follower(''), ['101', 'a']);
    assert.deepEqual(follower(', optional: true'), ['101']);
  });

  it('is one after another that can never fire, however far', () => {
    const faults = `faults:
  - { kill: 101, when: { after: second }, name: third }
  - { kill: 101, when: { after: first }, name: second }
  - { kill: 101, when: { criu: setup-namespaces }, name: first }`;
    assert.deepEqual(mistakes(CRIU + faults).sort(), ['first', 'second', 'setup-namespaces']);
  });

  it('is no mistake where it is optional', () => {
    assert.deepEqual(mistakes(`${CRIU}faults: [{ kill: 101, when: { criu: setup-namespaces }, optional: true }]`), []);
  });
});
