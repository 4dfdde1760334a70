import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plan } from '../../src/backends/backend.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { type SearchResult, searchAll, searchOnCores, type ThreadedSearch } from '../../src/explore/index.ts';
import type { Case } from '../../src/model/case.ts';
import { defineScenario } from '../../src/scenario/index.ts';
import { SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { temporaryFolder } from '../support/folder.ts';

const backend = simulated();
const planOf = (c: Case, protocol = 'series'): Plan => ({
  case: c,
  protocol,
  seed: '0',
  maxSteps: Number.POSITIVE_INFINITY,
});

/** Searches in threads from the first slice on. */
async function search(plan: Plan, options: Partial<ThreadedSearch>): Promise<SearchResult> {
  const module = { module: backend.module! };
  const slices = searchOnCores(backend.open(plan), { plan, ...module, threads: 2, threadsFrom: 0, ...options });
  const endings = [];
  for (;;) {
    const { done, value } = await slices.next();
    if (done) {
      // What was given in slices is the first part of the whole, each ending once.
      assert.deepEqual(value.endings.slice(0, endings.length), endings);
      return value;
    }
    endings.push(...value.endings);
  }
}

const star = (tasks: number, more: object = {}): Case =>
  defineScenario({ scenario: 'A star', tree: { generate: { shape: 'star', tasks } }, ...more })[0]!;

describe('a search in threads', function () {
  this.timeout(60_000);

  for (const [name, c, protocol] of [
    ['a signal to any task', SMALL_CASES.get('a signal to any task')!, 'series'],
    ['three healthy tasks', star(3), 'series'],
    ['a SIGKILL', star(2, { faults: [{ kill: ['coordinator', 100, 101], when: 'any' }] }), 'patch'],
  ] as const) {
    for (const threads of [2, 3]) {
      it(`has the states, endings and moves of one on one core: ${name}, ${threads} threads`, async () => {
        const plan = planOf(c, protocol);
        assert.deepEqual(await search(plan, { threads }), searchAll(backend.open(plan)));
      });
    }
  }

  for (const threadsFrom of [1, 3_000, 30_000]) {
    it(`has the same when threads join a search that has ${threadsFrom} states`, async () => {
      const plan = planOf(star(3));
      assert.deepEqual(await search(plan, { threads: 3, threadsFrom }), searchAll(backend.open(plan)));
    });
  }

  it('has the states of the full graph without reduction', async () => {
    const plan = planOf(star(2));
    assert.deepEqual(await search(plan, { reduce: false }), searchAll(backend.open(plan), { reduce: false }));
  });

  it('stops at a limit, at the same states each time', async () => {
    const plan = planOf(star(3));
    const [first, second] = [await search(plan, { maxStates: 35_000 }), await search(plan, { maxStates: 35_000 })];
    assert.equal(first.stopped, 'states');
    assert.ok(!first.complete && first.states > 35_000 && first.states < 40_000, String(first.states));
    assert.deepEqual(first, second);
    assert.equal((await search(plan, { maxBytes: 8_000_000 })).stopped, 'memory');
  });

  it('ends its threads when its caller does not go on', async () => {
    const plan = planOf(star(4));
    const slices = searchOnCores(backend.open(plan), { plan, module: backend.module!, threads: 2 });
    const begun = (await slices.next()).value;
    assert.ok(begun.states > 0);
    for (let i = 0; i < 30; i++) await slices.next();
    await slices.return(undefined as never);
    assert.ok((await slices.next()).done);
  });

  it('rejects when a thread ends by an error', async () => {
    const folder = temporaryFolder();
    try {
      const file = path.join(folder.path, 'broken.mjs');
      writeFileSync(file, 'export function open() { throw new Error("no machine here"); }\n');
      const broken = search(planOf(star(3)), { module: pathToFileURL(file).href });
      await assert.rejects(broken, /no machine here/);
    } finally {
      folder.remove();
    }
  });
});
