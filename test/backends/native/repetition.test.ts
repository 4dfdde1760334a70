import assert from 'node:assert/strict';
import { expandCase, judgeRecord, readEnds, runOnce, useNative } from './support.ts';

const hardened = { protocol: 'hardened' };
/** The shipped suite runs a hundred times: npm run native:repeat. */
const TIMES = 12;

const tree = { pid: 100, children: [{ pid: 101 }, { pid: 102 }, { pid: 103 }] };
const left = [102, 103];

/** Cases with a single outcome whatever the timing, except for the one that lists its outcomes. */
const CASES = {
  'a healthy restart': expandCase({ tree, restart: hardened }),
  'threads and a process group': expandCase({
    tree: { pid: 100, threads: [104, 105], children: [{ pid: 101, pgid: 101 }] },
    restart: hardened,
  }),
  'zombies and ghosts': expandCase({
    tree: {
      pid: 100,
      children: [
        { pid: 101, state: 'zombie', 'exit-code': 3 },
        { pid: 102, ghost: true },
      ],
    },
    restart: { ...hardened, flags: ['frozen'] },
  }),
  'a traced task': expandCase({
    tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, 'traced-by': 'outsider' }, { pid: 103 }] },
    restart: hardened,
    expect: { 'left-waiting': left },
  }),
  'a pid that no task has': expandCase({ tree, image: { pids: [100, 101, 999, 103] }, restart: hardened }),
  'a kill at the last sync point': expandCase({
    tree,
    faults: [{ kill: 103, when: { task: 103, at: 'sync-3' } }],
    restart: hardened,
  }),
  'no memory': expandCase({ tree, faults: [{ fail: 'restore', task: 103, errno: 'ENOMEM' }], restart: hardened }),
} as const;

describe(`${TIMES} times the same`, () => {
  const backend = useNative();

  for (const [name, c] of Object.entries(CASES)) {
    it(name, async function () {
      this.timeout(30_000);
      const ends = new Set<string>();
      const runs = Array.from({ length: TIMES }, async (_, i) => {
        const record = await runOnce(backend(), c, { seed: String(i) });
        assert.deepEqual(judgeRecord(c, record), [], `seed ${i}: ${JSON.stringify(record.final)}`);
        assert.deepEqual(record.findings, []);
        ends.add(JSON.stringify(readEnds(record)));
      });
      await Promise.all(runs);
      // A task that is killed when all others are done may be too late to make the restart fail.
      const ways = name === 'a kill at the last sync point' ? 2 : 1;
      assert.ok(ends.size <= ways, [...ends].join('\n'));
    });
  }

  it('any moment of a signal, a kill or a stop, under hardened', async function () {
    this.timeout(60_000);
    const faults = [
      { signal: 'SIGHUP' as const, to: [100, 102], when: 'any' as const },
      { kill: [101, 102], when: 'any' as const },
    ];
    for (const fault of faults) {
      const c = expandCase({
        tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] },
        faults: [fault],
        restart: hardened,
      });
      const runs = Array.from({ length: backend().sweep(c) }, async (_, i) => {
        const record = await runOnce(backend(), c, { seed: String(i) });
        assert.deepEqual(judgeRecord(c, record), [], `seed ${i}: ${JSON.stringify(record.final)}`);
      });
      await Promise.all(runs);
    }
  });
});
