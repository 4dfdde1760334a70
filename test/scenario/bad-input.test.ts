// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { formatDiagnostic, parseScenarios } from '../../src/scenario/index.ts';
import { type Expected, refuses } from './support.ts';

/** A scenario with this after its tree of 100 to 103. */
const given = (text: string) =>
  `scenario: x\ntree: { pid: 100, children: [{ pid: 101 }, { pid: 102, threads: [103] }] }\n${text}`;

/** What is wrong, marked; and what each diagnostic says. */
type Bad = readonly [text: string, ...expected: Expected[]];

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
  'a point': [given('faults: [{ kill: 101, «when»: { task: 101 } }]'), { says: 'at is missing' }],
  'a verb': [given('faults: [«{ to: 101 }»]'), { says: 'without a verb' }],
  'a target': [given('faults: [{ «signal»: SIGUSR1 }]'), { says: 'to is missing' }],
};

const REFERENCES: Record<string, Bad> = {
  'a fault on a task that is not there': [
    given('faults: [{ kill: «104» }]'),
    { says: 'unknown task 104', hint: 'did you mean 100?' },
  ],
  'a target in a list': [
    given('faults: [{ signal: SIGHUP, to: [coordinator, «110»] }]'),
    { hint: 'did you mean 100?' },
  ],
  'a failing task': [given('faults: [{ fail: restore, task: «999» }]'), { says: 'unknown task 999' }],
  'a moment of a task': [
    given('faults: [{ kill: 101, when: { task: «111», at: done } }]'),
    { hint: 'did you mean 101?' },
  ],
  'a fault before': [
    given('faults: [{ kill: 101, name: first }, { stop: 102, when: { after: «frist» } }]'),
    { hint: 'did you mean first?' },
  ],
  'an expectation': [given('expect: { tasks: { «1001»: killed } }'), { hint: 'did you mean 100?' }],
  'a task left waiting': [given('expect: { left-waiting: [101, «105»] }'), { says: 'unknown task 105' }],
  'a tracer': ['scenario: x\ntree: { pid: 100, children: [{ pid: 101, traced-by: «102» }] }', { says: 'outsider' }],
  'a process group': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, pgid: «110» }] }',
    { hint: 'did you mean 100?' },
  ],
  'a zombie': [given('image: { zombies: [«109»] }'), { says: 'pid of the image', hint: 'did you mean 100?' }],
  'a return value': [given('image: { retval: { «109»: 4 } }'), { says: 'pid of the image' }],
  'a record': [given('image: { truncate: { object: task, index: «4» } }'), { says: '0 to 3' }],
  'a record by pid': [given('image: { corrupt: { object: task, pid: «999» } }'), { says: 'pid of the image' }],
};

const CONTRADICTIONS: Record<string, Bad> = {
  'a pid twice': ['scenario: x\ntree: { pid: 100, children: [{ pid: 101 }, { pid: «101» }] }', { says: 'twice' }],
  'a pid twice, as a thread': ['scenario: x\ntree: { pid: 100, threads: [«100»] }', { says: 'twice' }],
  'the pid of the coordinator': ['scenario: x\ntree: { pid: «1» }', { says: "coordinator's", hint: 'coordinator-pid' }],
  'a coordinator with the pid of a task': [
    given('restart: { coordinator-pid: «101» }'),
    { says: 'a task of the tree' },
  ],
  'a root that is a sibling': ['scenario: x\ntree: { pid: 100, «sibling»: true }', { says: 'the root' }],
  'a ghost with threads': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, ghost: true, «threads»: [102] }] }',
    { says: 'a ghost has no threads' },
  ],
  'a ghost that is a zombie': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, ghost: true, «state»: zombie }] }',
    {},
  ],
  'children of a dead task': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, state: dead, «children»: [{ pid: 102 }] }] }',
    { says: 'went to init' },
  ],
  'a dead task that exits': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, state: dead, «exits»: true }] }',
    { says: 'exited already' },
  ],
  'a task both absent and exiting': [
    'scenario: x\ntree: { pid: 100, absent: true, «exits»: true }',
    { hint: 'never calls restart' },
  ],
  'a task forked late that is dead': ['scenario: x\ntree: { pid: 100, forks: [{ pid: 101, «state»: dead }] }', {}],
  'a task that traces itself': ['scenario: x\ntree: { pid: 100, traced-by: «100» }', { says: 'its own thread group' }],
  'a dead tracer': [
    'scenario: x\ntree: { pid: 100, traced-by: «101», children: [{ pid: 101, state: dead }] }',
    { says: 'dead' },
  ],
  'a session that nobody above has': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, session: 101 }, { pid: 102, session: «101» }] }',
    { says: 'its own pid, or a session of a task above it (100)' },
  ],
  'the leader of a session in another group': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, session: 101, pgid: «100» }] }',
    {},
  ],
  'a group of another session': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, session: 101 }, { pid: 102, pgid: «101» }] }',
    { says: 'its own session, 100' },
  ],
  'a group led by a thread': [
    given('').replace('{ pid: 101 }', '{ pid: 101, pgid: «103» }'),
    { says: 'can not be in process group 103' },
  ],
  'taskself with another coordinator': [given('restart: { flags: [taskself], coordinator-pid: «5» }'), { says: '100' }],
  'taskself with a dead root': [
    'scenario: x\ntree: { pid: 100, «state»: dead }\nrestart: { flags: [taskself] }',
    { says: 'calls restart itself' },
  ],
  'taskself with a sibling of the root': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, «sibling»: true }] }\nrestart: { flags: [0x1] }',
    { says: 'outside of the tree' },
  ],
  'two verbs': [given('faults: [{ kill: 101, «stop»: 101 }]'), { hint: 'a fault for each' }],
  'a word of another verb': [given('faults: [{ kill: 101, «errno»: ENOMEM }]'), { says: 'errno goes with fail' }],
  'to without a signal': [given('faults: [{ fork: 101, «to»: 102 }]'), { says: 'to goes with signal' }],
  'two faults of one name': [
    given('faults: [{ kill: 101, name: a }, { kill: 102, name: «a» }]'),
    { says: 'the name a' },
  ],
  'a child with a pid that is taken': [given('faults: [{ fork: 101, child: «103» }]'), { says: 'taken' }],
  'an index for an object that is there once': [
    given('image: { truncate: { object: tail, «index»: 0 } }'),
    { says: 'only one tail' },
  ],
  'a record by index and by pid': [
    given('image: { truncate: { object: task, index: 0, «pid»: 101 } }'),
    { says: 'not both' },
  ],
  'waiting and killed': [given('expect: { tasks: { 101: «killed» }, left-waiting: [101] }'), { says: 'left-waiting' }],
  'waiting but not left': [
    given('expect: { tasks: { 101: «waiting» }, left-waiting: [102] }'),
    { says: 'left-waiting' },
  ],
  'a property that is not judged': [given('expect: { violates: [«a»], except: [a] }'), { says: 'except' }],
  'a property that is not among all': [given('expect: { violates: [«a»], all: [b] }'), { says: 'all' }],
};

const NEVER: Record<string, Bad> = {
  'no threads to wait for': [
    given('faults: [{ kill: 101, when: { task: 101, at: «threads» } }]'),
    { says: 'no other threads' },
  ],
  'nothing is frozen': [given('faults: [{ kill: 101, when: { coordinator: «freeze» } }]'), { says: 'frozen' }],
  'nothing can fail to freeze': [given('faults: [{ fail: «freeze» }]'), { hint: 'flags: [frozen]' }],
  'a task freezes nobody': [
    given('restart: { flags: [frozen] }\nfaults: [{ fail: freeze, task: «101» }]'),
    { says: 'coordinator' },
  ],
  'the coordinator restores nothing': [
    given('faults: [{ fail: restore, task: «coordinator» }]'),
    { says: 'restores no state' },
  ],
  'an absent task': [
    'scenario: x\ntree: { pid: 100, absent: true }\nfaults: [{ kill: 100, when: { task: 100, at: «sync-1» } }]',
    { says: 'absent' },
  ],
  'a task that exits': [
    'scenario: x\ntree: { pid: 100, exits: true }\nfaults: [{ kill: 100, when: { task: 100, at: «done» } }]',
    { says: 'exits instead' },
  ],
  'a dead task': [
    'scenario: x\ntree: { pid: 100, state: dead }\nfaults: [{ kill: 100, when: { task: 100, at: «exit» } }]',
    { says: 'dead' },
  ],
  'a ghost': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, ghost: true }] }\nfaults: [{ kill: 100, when: { task: 101, at: «restore» } }]',
    { says: 'a ghost restores nothing' },
  ],
  'the root with taskself': [
    given('restart: { flags: [taskself] }\nfaults: [{ kill: 100, when: { task: 100, at: «sync-2» } }]'),
    { says: 'taskself' },
  ],
  'others with taskself': [
    given('restart: { flags: [taskself] }\nfaults: [{ kill: 100, when: { task: 101, at: «sync-2» } }]'),
    { says: 'sync-1' },
  ],
  'the coordinator with taskself': [
    given('restart: { flags: [taskself] }\nfaults: [{ kill: 100, when: { coordinator: «prepare» } }]'),
    { says: 'taskself' },
  ],
  'an unknown flag': [
    given('restart: { flags: [0x80] }\nfaults: [{ kill: 100, when: { coordinator: «header» } }]'),
    { says: 'EINVAL' },
  ],
  'no capability': [
    given('restart: { capable: false }\nfaults: [{ kill: 100, when: { coordinator: «header» } }]'),
    { says: 'EPERM' },
  ],
  'a bad file': [
    given('restart: { fd: bad }\nfaults: [{ kill: 100, when: { coordinator: «header» } }]'),
    { says: 'EBADF' },
  ],
  'a fault that waits for itself': [given('faults: [{ kill: 101, name: a, when: { after: «a» } }]'), { says: 'never' }],
  'faults that wait for each other': [
    given(
      'faults:\n  - { kill: 101, name: a, when: { after: «b» } }\n  - { kill: 102, name: b, when: { after: «a» } }\n  - { kill: 103, when: { after: a } }',
    ),
    {},
    {},
  ],
};

const MATRIX: Record<string, Bad> = {
  'a key that the matrix does not have': [
    given('matrix: { who: [101] }\nfaults: [{ kill: «"${{ matrix.whom }}"» }]'),
    { hint: 'did you mean who?' },
  ],
  'no matrix': [given('faults: [{ kill: «"${{ matrix.whom }}"» }]'), { hint: 'no matrix' }],
  'another expression': [
    given('matrix: { who: [101] }\nfaults: [{ kill: «"${{ env.who }}"» }]'),
    { says: 'is not an expression' },
  ],
  'an expression without an end': [given('why: «"${{ matrix.who"»'), { says: 'without its end' }],
  'an expression as a key': [
    given('matrix: { who: [101] }\nexpect: { tasks: { «"${{ matrix.who }}"»: killed } }'),
    { says: 'key' },
  ],
  'a value that is a list': [given('matrix: { who: [«[101, 102]»] }'), { says: 'a text, a number' }],
  'no values': [given('matrix: { who: «[]» }'), { says: 'empty' }],
  'one value for a list': [given('matrix: { who: «101» }'), { says: 'a list' }],
  'a value twice': [given('matrix: { who: [101, «101»] }'), { says: 'twice' }],
  'an expression in the matrix': [given('matrix: { a: [1], b: [«"${{ matrix.a }}"»] }'), { says: 'expression' }],
  'a name that can not be one': [given('matrix: { «1a»: [1] }'), { says: 'a letter first' }],
  'a value that does not fit': [
    given('matrix: { who: [101, 105, x] }\nfaults:\n  - kill: «"${{ matrix.who }}"»')
      .replace('«', '««')
      .replace('»', '»»'),
    { says: 'unknown task 105', hint: 'in the case who=105' },
    { says: 'kill can not be x', hint: 'in the case who=x' },
  ],
};

const YAML: Record<string, Bad> = {
  'an empty file': ['«»', { says: 'empty' }],
  'nothing but comments': ['«»# nothing\n', { says: 'empty' }],
  'an empty document': ['scenario: x\ntree: { pid: 100 }\n---«»\n', { says: 'empty' }],
  'a list': ['«- 1»', { says: 'a scenario' }],
  'a bracket too few': ['scenario: x\ntree: { pid: 100, children: [{ pid: 101 }]«»', { says: 'not valid YAML' }],
  'a key twice': ['scenario: x\ntree: { pid: 100 }\n«tree»: { pid: 101 }', { says: 'twice' }],
  'a key twice, as a number and a text': [
    given('expect: { tasks: { 100: killed, «"100"»: killed } }'),
    { says: 'twice' },
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

function table(name: string, rows: Record<string, Bad>): void {
  describe(name, () => {
    for (const [title, [text, ...expected]] of Object.entries(rows)) it(title, () => void refuses(text, expected));
  });
}

describe('bad input', () => {
  table('an unknown key', KEYS);
  table('an unknown word', WORDS);
  table('a value that is not right', VALUES);
  table('something missing', MISSING);
  table('a reference that leads nowhere', REFERENCES);
  table('a contradiction', CONTRADICTIONS);
  table('a moment that can never come', NEVER);
  table('the matrix', MATRIX);
  table('YAML', YAML);

  it('names that other rooms own, where they are known', () => {
    const known = { protocols: ['series', 'patch', 'hardened'], properties: ['error-is-first', 'restores-in-order'] };
    refuses(given('restart: { protocol: «harden» }'), [{ hint: 'did you mean hardened?' }], known);
    refuses(given('expect: { violates: [«eror-is-first»] }'), [{ hint: 'did you mean error-is-first?' }], known);
    refuses(given('expect: { except: [«restore-in-order»] }'), [{ hint: 'did you mean restores-in-order?' }], known);
    refuses(given('expect: { all: [«nothing»] }'), [{ says: 'error-is-first, restores-in-order' }], known);
  });

  it('tells all mistakes of a file at once, in their order', () => {
    refuses(
      `scenario: x
«tgas»: [a]
tree:
  pid: 100
  children: [{ pid: «100», stat«»e: alive }]
restart: { fd: «wrong», protocol: series }
faults:
  - { signal: «SIGUSER1», to: «107» }
  - { kill: «107», when: { task: 101, at: «dne» } }
expect:
  coordinator: [«EBUSSY», ok]
  tasks: { 100: «kild», «109»: killed }
---
«scenari»: y
tree: { pid: 100, owner: «nobody» }
`.replace('stat«»e', 'state'),
      [{}, { says: 'twice' }],
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

describe('a diagnostic as text', () => {
  const { diagnostics } = parseScenarios('scenario: x\ntree: { pid: 100, stat: zombie }\nwhy: y\n', 'some/x.yaml');
  const text = formatDiagnostic(diagnostics[0]!);

  it('has the place, the lines around it, what is expected, and the hint', () => {
    assert.match(text, /^some\/x\.yaml:2:19: error: .*stat/);
    assert.match(
      text,
      /\n {2}1 \| scenario: x\n> 2 \| tree: \{ pid: 100, stat: zombie \}\n {4}\| {19}\^{4}\n {2}3 \| why: y\n/,
    );
    assert.match(text, /expected: .*pid, name/);
    assert.match(text, /hint: did you mean state\?/);
  });

  it('is coloured only when it may be', () => {
    const colour = String.fromCharCode(27);
    assert.ok(!text.includes(colour));
    assert.ok(formatDiagnostic(diagnostics[0]!, { color: true }).includes(colour));
  });

  it('keeps control characters of the file away from the terminal', () => {
    const { diagnostics: told } = parseScenarios('scenario: x\ntree: { pid: \u001b[31m }\n', 'x.yaml');
    assert.ok(told.every((one) => !formatDiagnostic(one).includes('\u001b')));
  });

  it('cuts a long line around the place', () => {
    const { diagnostics: told } = parseScenarios(
      `scenario: x\ntree: { pid: 100, name: ${'n'.repeat(90)}, stat: zombie }\n`,
      'x.yaml',
    );
    const rows = told[0]!.frame.split('\n');
    assert.ok(rows.every((row) => row.length < 120));
    const marker = rows.findIndex((row) => row.includes('^'));
    const column = rows[marker]!.indexOf('^');
    assert.equal(rows[marker - 1]!.slice(column, column + 4), 'stat');
  });

  it('marks wide characters and tabs at their place', () => {
    const { diagnostics: told } = parseScenarios(
      'scenario: x\ntree: { pid: 100, name: 日本,\tstat: zombie }\n',
      'x.yaml',
    );
    assert.match(told[0]!.frame, /\n {4}\| {25}\u3000\u3000 \t\^{4}$/);
  });
});
