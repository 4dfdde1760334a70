// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { parseScenarios } from '../../src/scenario/index.ts';
import { type Bad, given, refuses, table } from './support.ts';

const KEYS: Record<string, Bad> = {
  'of the scenario': ['scenario: x\ntree: { pid: 100 }\n«tag»: [x]', { says: 'tag', hint: 'did you mean tags?' }],
  'of a task': ['scenario: x\ntree: { pid: 100, «chidren»: [{ pid: 101 }] }', { hint: 'did you mean children?' }],
  'of a task below': [
    'scenario: x\ntree:\n  pid: 100\n  children:\n    - pid: 101\n      «stat»: zombie',
    { hint: 'did you mean state?' },
  ],
  'of a thread': [
    'scenario: x\ntree: { pid: 100, threads: [{ pid: 101, «ghost»: true }] }',
    { hint: 'ghost is a word of: task' },
  ],
  'of generate': ['scenario: x\ntree: { generate: { «shap»: star, tasks: 4 } }', { hint: 'did you mean shape?' }],
  'of the image': [given('image: { «nr_tasks»: 4 }'), { hint: 'did you mean nr-tasks?' }],
  'of damage': [given('image: { corrupt: { object: task, «offset»: 4 } }'), { says: 'object, index, pid, at, xor' }],
  'of restart': [given('restart: { «protcol»: patch }'), { hint: 'did you mean protocol?' }],
  'of a fault': [given('faults:\n  - «kil»: 101'), { hint: 'did you mean kill?' }],
  'of when': [given('faults: [{ kill: 101, when: { task: 101, «att»: done } }]'), { hint: 'did you mean at?' }],
  'of explore': [given('explore: { strategy: pct, «dept»: 3 }'), { hint: 'did you mean depth?' }],
  'of expect': [given('expect: { «violate»: [x] }'), { hint: 'did you mean violates?' }],
  'of an outcome': [given('expect: { tasks: { 101: { «waitin»: done } } }'), { hint: 'did you mean waiting?' }],
  'a word of another place': [given('expect: { «nr-tasks»: 4 }'), { hint: 'nr-tasks is a word of: image' }],
};

const WORDS: Record<string, Bad> = {
  'a signal': [
    given('faults: [{ signal: «SIGUSER1», to: 101 }]'),
    { says: 'unknown signal SIGUSER1', hint: 'did you mean SIGUSR1?' },
  ],
  'a signal by number': [given('faults: [{ signal: «10», to: 101 }]'), { hint: 'did you mean SIGUSR1?' }],
  'an errno': [given('faults: [{ fail: restore, errno: «ENOMEN» }]'), { hint: 'did you mean ENOMEM?' }],
  'a failure': [given('faults: [{ fail: «restor» }]'), { hint: 'did you mean restore?' }],
  'a point of a task': [
    given('faults: [{ kill: 101, when: { task: 101, at: «sync3» } }]'),
    { hint: 'did you mean sync-3?' },
  ],
  'a point of the coordinator': [
    given('faults: [{ kill: 101, when: { coordinator: «prepar» } }]'),
    { hint: 'did you mean prepare?' },
  ],
  'a point of the coordinator for a task': [
    given('faults: [{ kill: 101, when: { task: 101, at: «tail» } }]'),
    { says: 'sync-1' },
  ],
  'a moment': [given('faults: [{ kill: 101, when: «anny» }]'), { says: 'unknown moment', hint: 'did you mean any?' }],
  'an outcome of the coordinator': [given('expect: { coordinator: «EBUSSY» }'), { hint: 'did you mean EBUSY?' }],
  'one outcome of several': [given('expect: { coordinator: [ok, «EINTER»] }'), { hint: 'did you mean EINTR?' }],
  'an outcome of a task': [given('expect: { tasks: { 101: «kiled» } }'), { hint: 'did you mean killed?' }],
  'a state': ['scenario: x\ntree: { pid: 100, state: «zombi» }', { hint: 'did you mean zombie?' }],
  'a shape': ['scenario: x\ntree: { generate: { shape: «start», tasks: 4 } }', { hint: 'did you mean star?' }],
  'a flag': [given('restart: { flags: [«frozn»] }'), { hint: 'did you mean frozen?' }],
  'a backend': [given('restart: { backends: [«simulate»] }'), { hint: 'did you mean simulated?' }],
  'an object of the image': [given('image: { truncate: «tial» }'), { hint: 'did you mean tail?' }],
  'a strategy': [given('explore: «exhaustiv»'), { hint: 'did you mean exhaustive?' }],
  coordinator: [given('faults: [{ kill: «cordinator» }]'), { hint: 'did you mean coordinator?' }],
  outsider: ['scenario: x\ntree: { pid: 100, traced-by: «outsiders» }', { hint: 'did you mean outsider?' }],
};

const VALUES: Record<string, Bad> = {
  'a pid of 0': ['scenario: x\ntree: { pid: «0» }', { says: '1 to 4194304' }],
  'a pid that is a text': ['scenario: x\ntree: { pid: «one» }', { says: 'a pid' }],
  'a pid with a fraction': ['scenario: x\ntree: { pid: «1.5» }', { says: 'a pid' }],
  'an exit code too large': ['scenario: x\ntree: { pid: 100, exit-code: «256» }', { says: '0 to 255' }],
  'a truth value in another language': ['scenario: x\ntree: { pid: 100, ghost: «yes» }', { says: 'true or false' }],
  'a name that is a number': ['scenario: «5»\ntree: { pid: 100 }', { hint: 'write "5" in quotes' }],
  'a name on two lines': ['scenario: «"a\\nb"»\ntree: { pid: 100 }', { says: 'control characters' }],
  'a tag with a space': ['scenario: x\ntree: { pid: 100 }\ntags: [«a b»]', { says: 'a word without spaces' }],
  'no value': ['«scenario»:\ntree: { pid: 100 }', { says: 'scenario has no value' }],
  'an empty list': [given('expect: { coordinator: «[]» }'), { says: 'an empty list' }],
  'a mapping for a list': [given('faults: «{ kill: 101 }»'), { says: 'a list of faults' }],
  'a text for a mapping': [given('restart: «hardened»'), { says: 'a mapping' }],
  'a list for a task': ['scenario: x\ntree: «[1]»', { says: 'a task' }],
  'a xor that changes nothing': [given('image: { corrupt: { object: tail, xor: «0» } }'), { says: '1 to 255' }],
  'a pid of the image that does not fit': [given('image: { pids: [«2147483648»] }'), { says: '32-bit' }],
  'no schedules': [given('explore: { strategy: random, schedules: «0» }'), { says: 'a number of schedules' }],
  'a protocol with a blank': [given('restart: { protocol: «Hardened 2» }'), { says: 'the name of a protocol' }],
  'a key of tasks that is no pid': [given('expect: { tasks: { «al»: killed } }'), { hint: 'did you mean all?' }],
  infinity: ['scenario: x\ntree: { pid: «.inf» }', { says: '.inf is not a finite number' }],
};

const MISSING: Record<string, Bad> = {
  'the name': ['«tree: { pid: 100 }»', { says: 'scenario is missing' }],
  'the tree': ['«scenario: x»', { says: 'tree is missing' }],
  'a pid': ['scenario: x\ntree: { pid: 100, children: [«{ name: a }»] }', { says: 'pid is missing' }],
  'the number of tasks': ['scenario: x\ntree: { «generate»: { shape: star } }', { says: 'tasks is missing' }],
  'an object': [given('image: { «corrupt»: { at: 4 } }'), { says: 'object is missing' }],
  'a strategy': [given('«explore»: { seed: 4 }'), { says: 'strategy is missing' }],
  'a number of states for random schedules': [
    given('explore: { strategy: random, «max-states»: 10 }'),
    { says: 'exhaustive' },
  ],
  'a step of a schedule that is done too often': [
    given('explore: { schedule: [«"100: read x10000000"»] }'),
    { says: '9,999,999' },
  ],
  'a strategy beside a schedule': [given('explore: { «strategy»: pct, schedule: ["100: x"] }'), { says: 'strategy' }],
  'a point': [given('faults: [{ kill: 101, «when»: { task: 101 } }]'), { says: 'at is missing' }],
  'a verb': [given('faults: [«{ to: 101 }»]'), { says: 'without a verb' }],
  'a target': [given('faults: [{ «signal»: SIGUSR1 }]'), { says: 'to is missing' }],
};

const MATRIX: Record<string, Bad> = {
  'a key that the matrix does not have': [
    given('matrix: { target: [101] }\nfaults: [{ kill: «"${{ matrix.targt }}"» }]'),
    { hint: 'did you mean target?' },
  ],
  'no matrix': [given('faults: [{ kill: «"${{ matrix.target }}"» }]'), { hint: 'no matrix' }],
  'another expression': [
    given('matrix: { target: [101] }\nfaults: [{ kill: «"${{ env.target }}"» }]'),
    { says: 'is not an expression' },
  ],
  'an expression without an end': [given('why: «"${{ matrix.target"»'), { says: 'without its end' }],
  'an expression as a key': [
    given('matrix: { target: [101] }\nexpect: { tasks: { «"${{ matrix.target }}"»: killed } }'),
    { says: 'key' },
  ],
  'a value that is a list': [given('matrix: { target: [«[101, 102]»] }'), { says: 'a text, a number' }],
  'no values': [given('matrix: { target: «[]» }'), { says: 'empty' }],
  'one value for a list': [given('matrix: { target: «101» }'), { says: 'a list' }],
  'a value twice': [given('matrix: { target: [101, «101»] }'), { says: 'duplicate' }],
  'an expression in the matrix': [given('matrix: { a: [1], b: [«"${{ matrix.a }}"»] }'), { says: 'expression' }],
  'a name that cannot be one': [given('matrix: { «1a»: [1] }'), { says: 'a letter first' }],
  'a value that does not fit': [
    given('matrix: { target: [101, 105, x] }\nfaults:\n  - kill: «"${{ matrix.target }}"»')
      .replace('«', '««')
      .replace('»', '»»'),
    { says: 'unknown task 105', hint: 'in the case target=105' },
    { says: 'kill cannot be x', hint: 'in the case target=x' },
  ],
};

const YAML: Record<string, Bad> = {
  'an empty file': ['«»', { says: 'empty' }],
  'nothing but comments': ['«»# nothing\n', { says: 'empty' }],
  'an empty document': ['scenario: x\ntree: { pid: 100 }\n---«»\n', { says: 'empty' }],
  'a list': ['«- 1»', { says: 'a scenario' }],
  'a bracket too few': ['scenario: x\ntree: { pid: 100, children: [{ pid: 101 }]«»', { says: 'not valid YAML' }],
  'a key twice': ['scenario: x\ntree: { pid: 100 }\n«tree»: { pid: 101 }', { says: 'duplicate' }],
  'a key twice, as a number and a text': [
    given('expect: { tasks: { 100: killed, «"100"»: killed } }'),
    { says: 'duplicate' },
  ],
  'two scenarios of one name': [
    'scenario: x\ntree: { pid: 100 }\n---\nscenario: «x»\ntree: { pid: 100 }',
    { hint: 'line 1' },
  ],
  'a tag of its own': ['scenario: «!mine» x\ntree: { pid: 100 }', { says: 'tag' }],
  'a merge key': ['scenario: x\ntree: { pid: 100 }\n«<<»: { why: x }', { says: 'merge' }],
  'an alias of nothing': ['scenario: «*x»\ntree: { pid: 100 }', { says: 'alias' }],
  'an alias inside of itself': ['scenario: x\ntree: &t\n  pid: 100\n  children: [«*t»]', { says: 'inside' }],
  'another version': ['%YAML 1.1\n---\n«scenario: x»', { says: 'YAML 1.2' }],
  'a mapping as a key': ['scenario: x\ntree: { pid: 100 }\n? «{ a: b }»\n: c', { says: 'a key' }],
  'a hostile key': ['scenario: x\ntree: { pid: 100, «__proto__»: { polluted: true } }', { says: '__proto__' }],
  'the name of a method': ['scenario: x\ntree: { pid: 100 }\n«constructor»: { a: 1 }', { says: 'unknown key' }],
  'an expression that is not quoted': [
    given('matrix: { a: [1] }\nimage: { nr-tasks: $«{»{ matrix.a }} }'),
    { hint: 'in quotes' },
  ],
};

describe('bad input', () => {
  table('an unknown key', KEYS);
  table('an unknown word', WORDS);
  table('a value that is not right', VALUES);
  table('something missing', MISSING);
  table('the matrix', MATRIX);
  table('YAML', YAML);

  it('names that other rooms own, where they are known', () => {
    const known = { protocols: ['series', 'patch', 'hardened'], properties: ['no-kernel-defect', 'restores-in-order'] };
    refuses(given('restart: { protocol: «harden» }'), [{ hint: 'did you mean hardened?' }], known);
    refuses(given('expect: { violates: [«no-kernel-defekt»] }'), [{ hint: 'did you mean no-kernel-defect?' }], known);
    refuses(given('expect: { except: [«restore-in-order»] }'), [{ hint: 'did you mean restores-in-order?' }], known);
    refuses(given('expect: { all: [«nothing»] }'), [{ says: 'no-kernel-defect, restores-in-order' }], known);
  });

  it('reports all errors of a file at once, in their order', () => {
    refuses(
      `scenario: x
«tgas»: [a]
tree:
  pid: 100
  children: [{ pid: «100», stat«»e: alive }]
restart: { fd: «wrong», protocol: series }
faults:
  - { signal: «SIGUSER1», to: «107» }
  - { kill: «107», when: { task: «101», at: «dne» } }
expect:
  coordinator: [«EBUSSY», ok]
  tasks: { 100: «kild», «109»: killed }
---
«scenari»: y
tree: { pid: 100, owner: «else» }
`.replace('stat«»e', 'state'),
      [{}, { says: 'duplicate' }],
    );
  });

  it('does not blame one mistake for another', () => {
    // A fault that can't be read may be the one that is meant; a misspelt key is not missing as well.
    refuses(given('faults: [{ kill: «x», name: first }, { kill: 101, when: { after: first } }]'), [{}]);
    refuses('«scenaro»: x\ntree: { pid: 100 }', [{ hint: 'did you mean scenario?' }]);
    refuses(given('image: { corrupt: { «objet»: tail } }'), [{ hint: 'did you mean object?' }]);
  });

  it('counts what it does not show', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `key${i}: 1`);
    const { diagnostics } = parseScenarios(`scenario: x\ntree: { pid: 100 }\n${lines.join('\n')}\n`, 'x.yaml');
    assert.equal(diagnostics.length, 100);
    assert.match(diagnostics.at(-1)!.message, /201 more/);
  });
});
