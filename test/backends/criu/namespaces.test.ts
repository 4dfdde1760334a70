/** Namespaces of the tree's own: what is in them is read, and what cannot be made is refused. */
import assert from 'node:assert/strict';
import { look } from '../../../src/backends/criu/census.ts';
import { compileCriuAgent } from '../../../src/backends/criu/compile.ts';
import { readNamespaces } from '../../../src/backends/criu/namespace-contents.ts';
import { refusal } from '../../../src/backends/criu/refuse.ts';
import { Sandbox } from '../../../src/backends/criu/sandbox.ts';
import { describeTree } from '../../../src/backends/criu/tree.ts';
import { findLacking, TreeCgroup } from '../../../src/backends/criu/tree-cgroup.ts';
import { judge } from '../../../src/properties/index.ts';
import { parseScenarios, writeScenario } from '../../../src/scenario/index.ts';
import { loadCriu, parseCriu, SMALL_TREE, useCriu } from './programs.ts';

describe('Namespaces of a tree', function () {
  this.timeout(60_000);
  const backend = useCriu();

  it('are words of the scenario', () => {
    const c = parseCriu('namespaces: [mount, user, cgroup, time], namespace: own');
    assert.deepEqual(parseScenarios(writeScenario(c), 'a.yaml').cases[0]!.criu, c.criu);
  });

  for (const [tree, words, message, hint] of [
    [SMALL_TREE, 'namespaces: [user]', /no task can give another its pid/, /^namespace: own/],
    ['{ pid: 100 }', 'namespaces: [user, mount]', /no task can mount \/proc/, /^namespace: own/],
    ['{ pid: 100, resources: [terminal] }', 'namespaces: [mount]', /has no terminals/, /no terminal/],
    [
      '{ pid: 100, children: [{ pid: 101, entered: true }] }',
      'namespaces: [mount], namespace: own',
      /a task that enters/,
      /without `entered`/,
    ],
  ] as const)
    it(`cannot be made: ${words} of ${tree}`, () => {
      const { diagnostics } = loadCriu(words, tree);
      assert.equal(diagnostics.length, 1);
      assert.deepEqual([diagnostics[0]!.line, diagnostics[0]!.column], [3, 21]);
      assert.match(diagnostics[0]!.message, message);
      assert.match(diagnostics[0]!.hint ?? '', hint);
    });

  it('can be made where nothing of that is asked for', () => {
    for (const [tree, words] of [
      ['{ pid: 100 }', 'namespaces: [user]'],
      ['{ pid: 100, resources: [terminal] }', 'namespaces: [net]'],
      [SMALL_TREE, 'namespaces: [user, mount], namespace: own'],
    ])
      assert.deepEqual(loadCriu(words!, tree).diagnostics, []);
  });

  it('are refused where the machine cannot make them', () => {
    const able = { pidMax: 32_768, canLimitPids: true, canInject: true };
    const own = (name: string) => parseCriu(`namespaces: [${name}], namespace: own`);
    assert.match(refusal(own('user'), { ...able, isRoot: false }) ?? '', /by root only/);
    assert.equal(refusal(own('user'), { ...able, isRoot: true }), undefined);
    const lackingControllers = () => ['freezer'] as const;
    assert.match(refusal(own('cgroup'), { ...able, lackingControllers }) ?? '', /^no cgroup with freezer/);
  });

  it('show what a restore has lost of them', async function () {
    if (process.getuid?.() !== 0) {
      console.log('      skipped: it needs root');
      return this.skip();
    }
    const c = parseCriu('namespaces: [mount], dump-options: { skip-mnt: [/again] }');
    const record = await backend().run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
    const [violation, ...others] = judge(c, record);
    assert.deepEqual([violation?.property, others], ['restored-tree-matches-dump', []]);
    assert.match(violation!.message, /mount at \/again \/part of tmpfs tree .* shared, then none/);
    return undefined;
  });

  const READ: readonly [string, Readonly<Record<string, RegExp>>][] = [
    [
      'mount',
      {
        'mount at /': /^\/mktrouble\/root of tmpfs mktrouble rw,.*, rw,nosuid,nodev,relatime private$/,
        'mount at /proc': /^\/ of proc proc rw, rw,nosuid,nodev,noexec,relatime private$/,
        'mount at /own': /^\/ of tmpfs tree rw,.*, rw,nosuid,nodev,relatime private$/,
        'mount at /again': /^\/part of tmpfs tree rw,.*, ro,nosuid,nodev,relatime shared$/,
        'file of a mount of its own': /^0123456789$/,
      },
    ],
    ['user', { 'user ids': /^0 0 65536$/, 'group ids': /^0 0 65536$/, 'setgroups(2)': /^allow$/ }],
    ['time', { 'offsets of clocks': /^monotonic 5000 s, boottime 7000 s$/ }],
    ['cgroup', { 'cgroups, below the root of its namespace': /^([^,/]*:\/(, |$))+/ }],
  ];
  for (const [name, wanted] of READ)
    it(`are read: ${name}`, async function () {
      if (process.getuid?.() !== 0) {
        console.log('      skipped: it needs root');
        return this.skip();
      }
      const c = parseCriu(`namespaces: [${name}], namespace: own`);
      const lacking = findLacking(c.criu!);
      if (lacking.length > 0) {
        console.log(`      skipped: no cgroup with ${lacking.join(', ')} can be made here`);
        return this.skip();
      }
      const sandbox = await Sandbox.start({ program: await compileCriuAgent(), userNamespace: false });
      try {
        sandbox.treeCgroup = TreeCgroup.make(c.criu!);
        const cgroups = sandbox.treeCgroup?.entries.join(',');
        await sandbox.do('build', { limit: 5000, cgroups }, describeTree(c));
        const { facts } = (await readNamespaces(sandbox, c, await look(sandbox)))!;
        assert.deepEqual(Object.keys(facts), Object.keys(wanted));
        for (const [fact, pattern] of Object.entries(wanted)) assert.match(String(facts[fact]), pattern);
      } finally {
        await sandbox.stop();
      }
      return undefined;
    });
});
