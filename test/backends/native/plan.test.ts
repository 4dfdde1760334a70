import assert from 'node:assert/strict';
import fc from 'fast-check';
import { assignActors } from '../../../src/backends/native/actors.ts';
import { traceLineages } from '../../../src/backends/native/lineage.ts';
import { refusal } from '../../../src/backends/native/refuse.ts';
import { parseSchedule } from '../../../src/backends/native/schedule.ts';
import { numberOfSeed, placeFaults, sweepSize } from '../../../src/backends/native/sweep.ts';
import { expandCase } from './support.ts';

const machine = { pidMax: 32768, isRoot: true, hasPlugin: false };
const tree = { pid: 100, children: [{ pid: 101 }, { pid: 102 }] };

describe('A sweep over all moments', () => {
  const c = expandCase({ tree, faults: [{ signal: 'SIGUSR1', to: [100, 101], when: 'any' }] });

  it('has each moment with each target once', () => {
    const seen = new Set<string>();
    for (let i = 0; i < sweepSize(c); i++) {
      const [placed] = placeFaults(c, `seed/${i}`);
      seen.add(JSON.stringify([placed?.moment, placed?.targets[0]]));
    }
    assert.equal(seen.size, sweepSize(c));
    // Before the first step, eleven points of the coordinator, nine of each task; and two targets.
    assert.equal(seen.size, (1 + 11 + 3 * 9) * 2);
  });

  it('is one run where the case leaves nothing open', () => {
    assert.equal(sweepSize(expandCase({ tree, faults: [{ kill: 101, when: 'start' }] })), 1);
  });

  it('makes each call fail once', () => {
    const failing = expandCase({ tree, faults: [{ fail: 'image-read', when: 'any' }] });
    const calls = Array.from({ length: sweepSize(failing) }, (_, i) => placeFaults(failing, `${i}`)[0]?.moment);
    assert.deepEqual(calls[0], { kind: 'call', call: 1 });
    assert.equal(new Set(calls.map((moment) => JSON.stringify(moment))).size, 5 + 2 * 3);
  });

  it('takes any text as a seed', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const number = numberOfSeed(seed);
        assert.ok(Number.isSafeInteger(number) && number >= 0);
        assert.equal(placeFaults(c, seed).length, 1);
      }),
    );
  });
});

describe('What real tasks cannot do', () => {
  const refuses = (document: Parameters<typeof expandCase>[0], over = {}): string | undefined => {
    const c = expandCase(document);
    return refusal(c, c.restart.protocol, { ...machine, ...over });
  };

  it('is refused with a reason', () => {
    assert.equal(refuses({ tree }), undefined);
    assert.match(refuses({ tree: { pid: 40_000 } })!, /40000/);
    assert.match(refuses({ tree: { pid: 100, owner: 'stranger' } }, { isRoot: false })!, /root/);
    assert.match(refuses({ tree: { pid: 1 }, restart: { 'coordinator-pid': 2 } })!, /init/);
    assert.match(refuses({ tree, image: { pids: [100, 1] } })!, /pid 1/);
    assert.equal(refuses({ tree, restart: { protocol: 'no-third-sync-point' } }), undefined);
    assert.match(refuses({ tree: { pid: 100, owner: 'stranger', forks: [{ pid: 110 }] } })!, /another owner/);
  });
});

describe('Sessions and groups', () => {
  it('are made in an order in which Linux lets them', () => {
    const c = expandCase({
      tree: {
        pid: 100,
        children: [
          { pid: 101, session: 101, children: [{ pid: 103, session: 100, pgid: 100 }, { pid: 104 }] },
          { pid: 102, pgid: 102 },
        ],
      },
    });
    const { actors, of } = assignActors(c, [], 32768);
    const lineages = traceLineages(actors);
    assert.ok(typeof lineages !== 'string');
    const of_ = (pid: number) => lineages.get(of(pid)!);
    assert.deepEqual(of_(100), { beforeSession: false, setsSession: true, joinsGroup: 0 });
    assert.deepEqual(of_(103), { beforeSession: true, setsSession: false, joinsGroup: 0 });
    assert.deepEqual(of_(104), { beforeSession: false, setsSession: false, joinsGroup: 0 });
    assert.deepEqual(of_(102), { beforeSession: false, setsSession: false, joinsGroup: 102 });
  });
});

describe('A schedule in words', () => {
  it('becomes entries, with the steps in the names of the agent', () => {
    const c = expandCase({ tree, faults: [{ signal: 'SIGUSR1', to: [100, 101], when: 'any', name: 'usr' }] });
    const placed = placeFaults(c, '0');
    const cast = assignActors(c, placed, 32768);
    const words = ['coordinator: ckpt_err: mutex_lock msg_mutex x2', '101: sync-2', 'usr 101', 'usr', '999: sync-1'];
    const { entries, unknown } = parseSchedule(words, cast, placed);
    assert.equal(unknown, 1);
    assert.deepEqual(entries, [
      { actor: 0, step: 'ckpt_err: mutex_lock msg_mutex' },
      { actor: 0, step: 'ckpt_err: mutex_lock msg_mutex' },
      { actor: 2, step: 'sync-2' },
      { fault: 'usr', target: 2 },
      { fault: 'usr' },
    ]);
  });

  it('has no more entries than the run has steps', () => {
    const c = expandCase({ tree });
    const cast = assignActors(c, [], 32768);
    const { entries } = parseSchedule(['100: read x9999999', '101: sync-2 x9999999'], cast, [], 1000);
    assert.equal(entries.length, 1000);
  });
});
