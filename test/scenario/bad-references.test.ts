import { type Bad, given, table } from './support.ts';

const REFERENCES: Record<string, Bad> = {
  'a fault on an unknown task': [
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
  'a pid twice': ['scenario: x\ntree: { pid: 100, children: [{ pid: 101 }, { pid: «101» }] }', { says: 'duplicate' }],
  'a pid twice, as a thread': ['scenario: x\ntree: { pid: 100, threads: [«100»] }', { says: 'duplicate' }],
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
    { says: 'reparented to init' },
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
  'a session that no ancestor has': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, session: 101 }, { pid: 102, session: «101» }] }',
    { says: 'its own pid, or a session of a task above it (100)' },
  ],
  'an orphan in a session of a task elsewhere': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, session: 101 }, { pid: 102, orphan: true, session: «101» }] }',
    { says: 'a session of a task above it (100)' },
  ],
  'a session without a leader, of a task that is no orphan': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 102, session: «107» }] }',
    { hint: 'orphan: true' },
  ],
  'a task that entered, in a session of the tree': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 102, entered: true, «session»: 100 }] }',
    { hint: 'session: 102' },
  ],
  'a zombie that entered': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 102, entered: true, «state»: zombie }] }',
    { says: 'reaped' },
  ],
  'a root that entered': ['scenario: x\ntree: { pid: 100, «entered»: true }', { says: 'init' }],
  'an orphan without a parent': ['scenario: x\ntree: { pid: 100, «orphan»: true }', { says: 'adopt' }],
  'two parents of orphans with one maker': [
    'scenario: x\ntree: { pid: 100, children: [{ pid: 101, children: [{ pid: 103, orphan: true, session: «107» }] }, { pid: 102, orphan: true, session: «107» }] }',
    { hint: 'one parent' },
    { hint: 'one parent' },
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
    { says: 'cannot be in process group 103' },
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
  'a word of another verb': [given('faults: [{ kill: 101, «errno»: ENOMEM }]'), { says: 'errno belongs to fail' }],
  'to without a signal': [given('faults: [{ fork: 101, «to»: 102 }]'), { says: 'to belongs to signal' }],
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
  'a task of the tree that is never forked': [
    given('expect: { tasks: { 101: «[killed, never-forked]» } }'),
    { says: 'not forked during the run' },
  ],
  'all tasks never forked': [given('expect: { tasks: { all: «never-forked» } }'), { says: 'no task of this tree' }],
  'waiting and killed': [given('expect: { tasks: { 101: «killed» }, left-waiting: [101] }'), { says: 'left-waiting' }],
  'waiting but not left': [
    given('expect: { tasks: { 101: «waiting» }, left-waiting: [102] }'),
    { says: 'left-waiting' },
  ],
  'a property that is not judged': [given('expect: { violates: [«a»], except: [a] }'), { says: 'except' }],
  'a property that is not among all': [given('expect: { violates: [«a»], all: [b] }'), { says: 'all' }],
  'a rare defect that is not judged': [given('expect: { may-violate: [«a»], except: [a] }'), { says: 'except' }],
  'a defect that is rare and not': [given('expect: { violates: [a], may-violate: [«a»] }'), { says: 'violates' }],
};

const NEVER: Record<string, Bad> = {
  'no threads to wait for': [
    given('faults: [{ kill: 101, when: { task: 101, at: «threads» } }]'),
    { says: 'no other threads' },
  ],
  'nothing is frozen': [given('faults: [{ kill: 101, when: { coordinator: «freeze» } }]'), { says: 'frozen' }],
  'nothing can fail to freeze': [given('faults: [{ fail: «freeze» }]'), { hint: 'flags: [frozen]' }],
  'a task freezes no other': [
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

describe('bad input: what does not fit together', () => {
  table('a reference that leads nowhere', REFERENCES);
  table('a contradiction', CONTRADICTIONS);
  table('a moment that is never reached', NEVER);
});
