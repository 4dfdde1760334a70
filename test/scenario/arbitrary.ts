/** Arbitrary scenarios that are right: what the round trip and the mutations start from. */
import fc from 'fast-check';
import { BACKENDS, TASK_OUTCOMES } from '../../src/model/case.ts';
import { ERRNO_NAMES } from '../../src/model/errno.ts';
import { COORDINATOR_POINT_NAMES } from '../../src/model/points.ts';
import { SIGNAL_NAMES } from '../../src/model/signals.ts';
import type { ScenarioDocument } from '../../src/scenario/index.ts';

/** A mapping of which any part may be left out. */
const some = <T extends Record<string, fc.Arbitrary<unknown>>>(words: T) =>
  fc.record(words, { requiredKeys: [] }) as fc.Arbitrary<Record<string, unknown>>;

const text = fc
  .oneof(
    fc.constantFrom('x', 'a b', '7', 'true', 'null', '- x', '# no', 'a: b', '日本', "it's"),
    fc.string({ minLength: 1, maxLength: 8 }),
  )
  .map((one) => one.replace(/[\p{C}\p{Z}]|\$\{\{/gu, '') || 'y');
const kebab = fc.constantFrom('no-kernel-defect', 'a', 'restores-in-order', 'no-1');
const flags = fc.uniqueArray(fc.constantFrom('taskself', 'frozen', 'ghost', 0x80, 0x80000000), { maxLength: 3 });
const anyPid = fc.oneof(fc.integer({ min: 100, max: 110 }), fc.constantFrom(-1, 0, 999, 2147483647));

type Words = Record<string, unknown>;
type Branch = { words: Words; children: Branch[]; threads: Branch[]; forks: Branch[] };

const threadWords = some({
  name: text,
  'traced-by': fc.constant('outsider'),
  owner: fc.constantFrom('self', 'stranger'),
  'restarting-itself': fc.boolean(),
  flags,
});
const alive = some({ absent: fc.boolean(), 'exit-code': fc.nat(255) });
const processWords = fc.oneof(
  { weight: 3, arbitrary: alive },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Words>(
      { state: 'zombie', 'exit-code': 7 },
      { ghost: true },
      { exits: true },
      { session: 'own' },
      { pgid: 'own' },
      { orphan: 'of a session leader' },
      { orphan: 'of a group leader' },
      { orphan: 'of a process' },
      { entered: true },
    ),
  },
);
const task = fc.tuple(threadWords, processWords).map(([a, b]) => ({ ...a, ...b }));
const none = fc.constant<Branch[]>([]);
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 2 });
const leaf: fc.Arbitrary<Branch> = fc.record({ words: task, children: none, threads: none, forks: none });
const branch: fc.Arbitrary<Branch> = fc.letrec<{ branch: Branch; late: Branch; thread: Branch }>((tie) => ({
  branch: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.record({ words: task, children: few(tie('branch')), threads: few(tie('thread')), forks: few(tie('late')) }),
  ),
  late: fc.record({
    words: task,
    children: none,
    threads: none,
    forks: fc.oneof({ maxDepth: 3, depthSize: 'small' }, none, few(tie('late'))),
  }),
  thread: fc.record({
    words: threadWords,
    children: fc.oneof({ maxDepth: 3, depthSize: 'small' }, none, few(tie('branch'))),
    threads: none,
    forks: none,
  }),
})).branch;

/** Gives the tasks of a tree pids in an order of their own, and makes children siblings where that is possible. */
function numbered(root: Branch, shuffle: number): { tree: Words; pids: number[] } {
  const pids: number[] = [];
  const write = (branch: Branch, isRoot: boolean, isLate = false): Words => {
    const pid = 100 + ((pids.length * 7 + shuffle) % 97) + 97 * Math.floor(pids.length / 97);
    pids.push(pid);
    const { session, pgid, ghost, orphan, entered, ...rest } = branch.words;
    const lists = { children: branch.children, threads: ghost ? [] : branch.threads, forks: branch.forks };
    const inner = Object.entries(lists).filter(([, list]) => list.length > 0);
    const isSibling = !isRoot && shuffle % 3 === 0 && pids.length % 4 === 0 && 'exit-code' in rest;
    return {
      pid,
      ...rest,
      ...(ghost ? { ghost } : {}),
      ...(session ? { session: pid } : {}),
      ...(pgid && !isSibling ? { pgid: pid } : {}),
      ...(isSibling ? { sibling: true } : {}),
      ...(entered && !isRoot && !isLate ? { entered } : {}),
      // Pids of processes that have exited are above all others.
      ...(orphan && !isRoot && !isLate
        ? {
            orphan: true,
            ...(orphan === 'of a session leader' ? { session: 9000 + pid } : {}),
            ...(orphan === 'of a group leader' ? { pgid: 9000 + pid } : {}),
          }
        : {}),
      ...Object.fromEntries(inner.map(([key, list]) => [key, list.map((one) => write(one, false, key === 'forks'))])),
    };
  };
  return { tree: write(root, true), pids };
}

const tree = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(branch, fc.nat(96)).map(([root, shuffle]) => numbered(root, shuffle)) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        shape: fc.constantFrom('star', 'chain', 'binary', 'random'),
        tasks: fc.integer({ min: 1, max: 12 }),
        seed: fc.nat(9),
      })
      .map((generate) => ({
        tree: { generate },
        pids: Array.from({ length: generate.tasks }, (_, i) => 100 + i),
      })),
  },
);

const image = some({
  'nr-tasks': fc.constantFrom(-1, 0, 3),
  truncate: fc.constantFrom('tail', 'header', ['tree', { object: 'container' }]),
  corrupt: fc.record({ object: fc.constantFrom('tail', 'tree'), at: fc.nat(9), xor: fc.integer({ min: 1, max: 255 }) }),
  pids: fc.array(anyPid, { maxLength: 5 }),
});
const restart = some({
  pid: anyPid,
  'coordinator-pid': fc.constantFrom(1, 2, 50),
  flags: flags.map((list) => list.filter((flag) => flag !== 'taskself')),
  capable: fc.boolean(),
  fd: fc.constantFrom('good', 'bad'),
  logfd: fc.constantFrom('good', 'bad', 'none'),
  debug: fc.boolean(),
  protocol: fc.constantFrom('series', 'patch', 'hardened', 'some-variant'),
  backends: fc.uniqueArray(fc.constantFrom(...BACKENDS), { minLength: 1 }),
});

const faults = (pids: readonly number[]) => {
  const id = fc.constantFrom<'coordinator' | number>('coordinator', ...pids);
  const target = fc.oneof(id, fc.array(id, { minLength: 1, maxLength: 3 }));
  const task = fc.constantFrom(...pids);
  const verb = fc.oneof(
    fc
      .tuple(fc.constantFrom('kill', 'stop', 'ptrace', 'wake', 'delay', 'exit', 'fork'), target)
      .map(([word, object]) => ({ [word]: object }) as Words),
    fc.record({ signal: fc.constantFrom(...SIGNAL_NAMES), to: target }),
    fc.record(
      {
        fail: fc.constantFrom('kmalloc', 'image-read'),
        task: target,
        errno: fc.constantFrom(...ERRNO_NAMES),
        call: fc.integer({ min: 1, max: 9 }),
      },
      { requiredKeys: ['fail'] },
    ),
    fc.record({ fail: fc.constant('restore'), task }),
    fc.record({ fork: task, child: fc.constantFrom(2000, 3000) }),
  );
  const more = some({
    times: fc.integer({ min: 1, max: 3 }),
    when: fc.constantFrom(
      'any',
      'start',
      { coordinator: 'wait' },
      { coordinator: COORDINATOR_POINT_NAMES[0]! },
      { after: 'first' },
    ),
  });
  const first = fc.constant<Words>({ kill: 'coordinator', name: 'first' });
  return fc
    .tuple(first, fc.array(fc.tuple(verb, more), { maxLength: 3 }))
    .map(([one, others]) => [one, ...others.map(([a, b]) => ({ ...a, ...b }))]);
};

const expect = (pids: readonly number[]) => {
  const outcome = fc.oneof(fc.constantFrom(...Object.keys(TASK_OUTCOMES)), fc.constant({ waiting: 'sync-1' }));
  const outcomes = fc.oneof(outcome, fc.array(outcome, { minLength: 1, maxLength: 2 }));
  return some({
    coordinator: fc.oneof(fc.constantFrom('ok', 'killed', ...ERRNO_NAMES), fc.constant(['ok', 'EINTR'])),
    tasks: fc.oneof(
      fc.record({ all: outcomes }),
      fc.dictionary(fc.constantFrom(...pids).map(String), outcomes, { maxKeys: 3, noNullPrototype: true }),
    ),
    violates: fc.uniqueArray(kebab, { minLength: 1 }),
    'may-violate': fc.constant(['a-third']),
    except: fc.constant(['another']),
  });
};

const explore = fc.oneof(
  fc.constantFrom('exhaustive', 'pct', 'random'),
  fc.record(
    {
      strategy: fc.constantFrom('exhaustive', 'pct', 'random'),
      schedules: fc.integer({ min: 1, max: 2000 }),
      seed: fc.oneof(fc.integer(), text),
      depth: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: ['strategy'] },
  ),
);

/** Documents that load; a few may still contradict themselves, which the loader then says. */
export const scenario: fc.Arbitrary<ScenarioDocument> = tree.chain(({ tree: made, pids }) =>
  fc.record(
    {
      scenario: text,
      tree: fc.constant(made),
      why: text,
      tags: fc.array(fc.constantFrom('a', 'b', 'c/d'), { minLength: 1, maxLength: 2 }),
      image,
      restart,
      faults: faults(pids),
      explore,
      expect: expect(pids),
    },
    { requiredKeys: ['scenario', 'tree'] },
  ),
) as unknown as fc.Arbitrary<ScenarioDocument>;
