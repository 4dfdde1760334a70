import assert from 'node:assert/strict';
import { buildChart } from '../../reporters/html/chart.ts';
import { type Doing, Playback } from '../../reporters/shared/playback.ts';
import type { RunRecord, TaskFinal } from '../../src/record/record.ts';
import { realRuns } from './fixtures/real.ts';
import { buildRecord, VIOLATING_STEP, violation } from './fixtures/verdicts.ts';

const ENDS: Partial<Record<TaskFinal['end'], Doing>> = {
  returned: 'resumed',
  frozen: 'frozen',
  killed: 'killed',
  zombie: 'zombie',
  exited: 'exited',
  waiting: 'sleeps',
};

describe('playback of a record', () => {
  let records: readonly RunRecord[];
  before(async function () {
    this.timeout(30_000);
    records = (await realRuns(['patch', 'series', 'hardened'], ['1', '2', '3', '4'])).map((run) => run.verdict.record!);
  });

  it('ends, for real records, where the record says that it ended', () => {
    for (const record of records.filter((r) => r.end === 'over')) {
      const { lanes, context } = new Playback(record).at(Number.POSITIVE_INFINITY);
      for (const [pid, final] of Object.entries(record.final.tasks)) {
        const lane = lanes.get(Number(pid))!;
        const expected = ENDS[final.end];
        const shown = `${record.protocol} ${record.seed} ${pid}: ${JSON.stringify(final)}`;
        if (expected) assert.equal(lane.doing, expected, shown);
        if (final.end === 'waiting') assert.equal(lane.point, final.at, shown);
        if (final.record !== undefined) assert.equal(lane.record, final.record, shown);
        assert.equal(final.marked || !lane.marked, true, shown);
      }
      assert.equal(context.freed, record.final.context?.freed ?? false);
      if (!context.freed && record.final.context) assert.equal(context.references, record.final.context.references);
      const { end, result } = record.final.coordinator;
      const coordinator = lanes.get('coordinator')!;
      if (end === 'returned') assert.equal(coordinator.result, result);
      if (end === 'waiting') assert.equal(coordinator.doing, 'sleeps');
    }
  });

  it('starts with no task in restart and nothing set', () => {
    const { lanes, context } = new Playback(buildRecord()).at(0);
    for (const lane of lanes.values()) assert.equal(lane.doing, 'outside');
    assert.equal(context.activePid, -1);
    assert.equal(context.error, false);
  });

  it('shows the state at each step', () => {
    const playback = new Playback(buildRecord(), [violation]);
    const stateAt = (step: number) => playback.at(playback.frames.findIndex((frame) => frame.step === step) + 1);
    assert.equal(stateAt(3).lanes.get(100)!.doing, 'sleeps');
    assert.equal(stateAt(11).lanes.get(100)!.marked, true);
    assert.equal(stateAt(12).lanes.get(100)!.doing, 'runs');
    assert.equal(stateAt(14).context.error, false);
    assert.deepEqual([stateAt(15).context.error, stateAt(15).context.errno], [true, 'EBUSY']);
    assert.equal(stateAt(20).lanes.get(101)!.doing, 'killed');
    assert.equal(stateAt(23).context.freed, true);
  });

  it('shows the violating step first', () => {
    const playback = new Playback(buildRecord(), [violation]);
    assert.equal(playback.frames[playback.focus - 1]!.step, VIOLATING_STEP);
    const { step: _, ...late } = violation;
    assert.equal(new Playback(buildRecord(), [late]).focus, playback.frames.length);
    assert.deepEqual(new Playback(buildRecord(), [late]).atEnd, [late]);
  });

  it('draws lanes without holes or overlaps, and arrows to existing lanes', () => {
    for (const record of records) {
      const playback = new Playback(record);
      const { spans, arrows, notes } = buildChart(playback);
      for (const list of spans.values()) {
        let at = 0;
        for (const span of list) {
          assert.equal(span.from, at);
          assert.ok(span.to > span.from || playback.frames.length === 0);
          at = span.to;
        }
      }
      for (const arrow of arrows) {
        assert.ok(playback.lanes.includes(arrow.to));
        assert.notEqual(arrow.from, arrow.to);
        const events = playback.frames[arrow.frame]!.events;
        assert.ok(events.some((event) => event.kind === arrow.kind && event.actor === arrow.from));
      }
      for (const note of notes) assert.ok(playback.frames[note.frame]!.events.some((event) => event.actor === note.id));
    }
  });

  it('plays a record of 20,000 events in no time worth waiting for', () => {
    const events = Array.from(
      { length: 20_000 },
      (_, i) => ({ step: i + 1, actor: 100, kind: 'sleep', on: 'waitq' }) as const,
    );
    const playback = new Playback(buildRecord({ events }));
    const start = performance.now();
    playback.at(20_000);
    assert.ok(performance.now() - start < 500);
  });
});
