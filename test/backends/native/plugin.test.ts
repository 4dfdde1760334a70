import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { native } from '../../../src/backends/native/index.ts';
import { runCase } from '../../../src/injector/index.ts';
import { KNOWN_NAMES } from '../../../src/injector/known.ts';
import type { Case } from '../../../src/model/case.ts';
import { loadScenarioFileSync } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { ROOT } from '../../support/markdown.ts';
import { expandCase, judgeRecord, readEnds, runOnce, useNative } from './support.ts';

/** A case of the suite that ships. */
function shippedCase(file: string, scenario: string): Case {
  const { cases } = loadScenarioFileSync(path.join(ROOT, 'scenarios', file), KNOWN_NAMES);
  return cases.find((c) => c.scenario === scenario)!;
}

const example = path.join(import.meta.dirname, 'plugins/barrier.c');
const tree = { pid: 100, children: [{ pid: 101 }, { pid: 102 }] };

describe('A restart engine as a plug-in', () => {
  describe('the example, with its defect', () => {
    const backend = useNative({ plugin: example, limit: 2000 });

    it('restores a healthy tree', async () => {
      const record = await runOnce(backend(), expandCase({ tree }));
      const { final } = record;
      assert.equal(final.coordinator.result, 0);
      assert.deepEqual(final.restores, [
        [100, 0],
        [101, 1],
        [102, 2],
      ]); // prettier-ignore
      assert.deepEqual(judgeRecord(expandCase({ tree }), record), []);
    });

    it('is found out by a task that dies after its turn, while another one is stopped', async () => {
      const faults = [
        { stop: 100, when: { task: 100, at: 'sync-3' as const } },
        { kill: 102, when: { task: 102, at: 'restore' as const } },
      ];
      const c = expandCase({ tree, faults });
      const record = await runOnce(backend(), c);
      assert.deepEqual(readEnds(record)['102'], 'killed');
      assert.ok(judgeRecord(c, record).includes('failure-kills-marked'), JSON.stringify(readEnds(record)));
    });

    it('dies of a real SIGKILL where it is, and its end is reported', async () => {
      const faults = [{ kill: 101, when: { task: 101, at: 'restore' as const } }];
      const record = await runOnce(backend(), expandCase({ tree, faults }));
      assert.equal(record.end, 'over');
      assert.equal(record.final.tasks[101]?.end, 'killed');
      assert.equal(record.final.tasks[101]?.record, undefined);
      assert.equal(record.final.coordinator.result, -3);
    });

    it('has its waits ended by real signals', async () => {
      const faults = [{ signal: 'SIGUSR1' as const, to: 102, when: { task: 101, at: 'sync-2' as const } }];
      const record = await runOnce(backend(), expandCase({ tree, faults }));
      assert.ok([-4, 0].includes(record.final.coordinator.result!));
    });
  });

  it('can do without the defect, which a shipped scenario finds', async function () {
    this.timeout(20_000);
    const shipped = shippedCase('missing/absent.yaml', 'SIGINT kills an absent task that is still below the root');
    const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
    const repaired = path.join(folder, 'repaired.c');
    writeFileSync(repaired, `#define REPAIRED\n#include "${example}"\n`);
    const backend = native({ plugin: repaired, limit: 2000 });
    const defective = native({ plugin: example, limit: 2000 });
    try {
      await skipWithout(backend, this);
      const faults = [
        { stop: 100, when: { task: 100, at: 'sync-3' as const } },
        { kill: 102, when: { task: 102, at: 'restore' as const } },
      ];
      const c = expandCase({ tree, faults });
      assert.deepEqual(judgeRecord(c, await runOnce(backend, c)), []);
      assert.equal((await runCase(shipped, { backend })).status, 'pass');
      const { status, violations } = await runCase(shipped, { backend: defective });
      assert.equal(status, 'fail');
      assert.ok(
        violations.some(({ property }) => property === 'failure-kills-marked'),
        JSON.stringify(violations),
      );
    } finally {
      await defective.dispose();
      await backend.dispose();
      rmSync(folder, { recursive: true });
    }
  });

  for (const [what, body, finding] of [
    ['hangs', 'for (;;) pause();', 'hang'],
    ['crashes', '__builtin_trap();', 'crash'],
  ] as const) {
    it(`that ${what} is reported, with the task and the point`, async function () {
      this.timeout(20_000);
      const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
      const plugin = path.join(folder, 'bad.c');
      writeFileSync(
        plugin,
        `#include "engine.h"
         #include <unistd.h>
         static long part(struct mktrouble_self *self, const struct mktrouble_host *host, const struct mktrouble_call *call)
         {
           if (call->pid) return 0;
           host->at_point(self, "sync-2");
           ${body}
         }
         const struct mktrouble_engine mktrouble_engine = { .abi = MKTROUBLE_ABI, .name = "bad", .coordinator = part, .task = part };`,
      );
      const backend = native({ plugin, limit: 300 });
      try {
        await skipWithout(backend, this);
        const record = await runOnce(backend, expandCase({ tree: { pid: 100 } }));
        const [found] = record.findings;
        assert.equal(found?.kind, finding);
        assert.match(`${found?.at} ${found?.detail}`, /100/);
        assert.match(`${found?.at}`, /sync-2/);
      } finally {
        await backend.dispose();
        rmSync(folder, { recursive: true });
      }
    });
  }
});
