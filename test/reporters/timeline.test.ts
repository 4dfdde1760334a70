import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PLAIN } from '../../reporters/shared/colors.ts';
import { width } from '../../reporters/shared/text.ts';
import { buildTimeline, type Stretch, type Timeline } from '../../reporters/shared/timeline.ts';
import { drawTimeline } from '../../reporters/shared/timeline-text.ts';
import { ASCII, UNICODE } from '../../reporters/words/signs.ts';
import type { RunEvent } from '../../src/record/record.ts';
import { buildRecord, VIOLATING_STEP, violation } from './fixtures/verdicts.ts';

function stretchesOf(timeline: Timeline): Stretch[] {
  return timeline.rows.filter((row) => row.kind === 'stretch');
}

const draw = (record = buildRecord(), columns = 100, options: Parameters<typeof buildTimeline>[1] = {}): string[] =>
  drawTimeline(record, buildTimeline(record, options), { colors: PLAIN, symbols: UNICODE, columns });

const actor = fc.constantFrom<RunEvent['actor']>('coordinator', 100, 101, 102, 'environment');
const event = fc.oneof(
  fc.constantFrom(
    { kind: 'point', point: 'sync-2' },
    { kind: 'sleep', on: 'waitq' },
    { kind: 'get', references: 2 },
    { kind: 'user' },
    { kind: 'exit', how: 'killed', code: 137 },
    { kind: 'error', error: -12, first: true },
    { kind: 'wake', task: 101 },
    { kind: 'fork', child: 200, inherits: true },
    { kind: 'fault', fault: 'kill', verb: 'kill', target: 100 },
  ),
);
const anyEvents = fc.array(fc.tuple(actor, event, fc.nat(2)), { minLength: 1, maxLength: 120 }).map((list) => {
  let step = 0;
  return list.map(([id, what, more]) => {
    step += more;
    return { step, actor: id, ...what } as RunEvent;
  });
});

describe('timeline', () => {
  it('has a lane for the coordinator and each task', () => {
    assert.deepEqual(buildTimeline(buildRecord()).lanes, ['coordinator', 100, 101, 102, 103, 104]);
  });

  it('marks the step that violates', () => {
    const marked = stretchesOf(buildTimeline(buildRecord(), { violations: [violation] })).filter(
      (t) => t.violations.length > 0,
    );
    assert.equal(marked.length, 1);
    assert.equal(marked[0]!.first, VIOLATING_STEP);
    assert.equal(marked[0]!.actor, 100);
  });

  it('shows a violation without a step at the end', () => {
    const { step, ...atEnd } = violation;
    assert.ok(step);
    const timeline = buildTimeline(buildRecord(), { violations: [atEnd] });
    assert.deepEqual(timeline.atEnd, [atEnd]);
    assert.ok(
      draw(buildRecord(), 100, { violations: [atEnd] })
        .at(-1)!
        .includes(violation.property),
    );
  });

  it('shows a violation of a step that left no event at the one before', () => {
    const record = buildRecord({ events: buildRecord().events.filter((e) => e.step !== VIOLATING_STEP) });
    const marked = stretchesOf(buildTimeline(record, { violations: [violation] })).filter(
      (t) => t.violations.length > 0,
    );
    assert.equal(marked[0]?.last, VIOLATING_STEP - 1);
  });

  it('leaves bookkeeping out, unless the violation is about it', () => {
    const words = (v?: typeof violation): string => draw(buildRecord(), 200, v ? { violations: [v] } : {}).join('\n');
    assert.doesNotMatch(words(), /reference/);
    assert.match(words({ ...violation, property: 'context-freed-once' }), /reference/);
  });

  it('shrinks to what explains: the violating step, the faults and the errors stay', () => {
    const timeline = buildTimeline(buildRecord(), { violations: [violation], keep: 4 });
    const kept = stretchesOf(timeline);
    assert.ok(timeline.rows.length <= 9);
    const kinds = kept.flatMap((t) => t.events.map((e) => e.event.kind));
    for (const kind of ['user', 'fault', 'error']) assert.ok(kinds.includes(kind as never), kind);
    assert.ok(timeline.rows.some((row) => row.kind === 'gap'));
  });

  it('property: whatever the record, turns are in order, bounded, and the violating one is among them', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 1, max: 30 }), fc.nat(), (events, keep, pick) => {
        const record = buildRecord({ events });
        const step = events[pick % events.length]!.step;
        const timeline = buildTimeline(record, { violations: [{ ...violation, step }], keep });
        const turns = stretchesOf(timeline);
        assert.ok(timeline.rows.length <= 2 * keep + 1);
        for (let i = 1; i < turns.length; i += 1) assert.ok(turns[i - 1]!.first <= turns[i]!.first);
        const faults = events.filter((e) => e.actor === 'environment').length;
        if (faults < keep) assert.ok(turns.some((t) => t.violations.length > 0));
        for (const row of timeline.rows) if (row.kind === 'gap') assert.ok(row.steps >= 1);
      }),
    );
  });

  it('property: nothing that matters is lost without --keep', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const record = buildRecord({ events });
        const shown = stretchesOf(buildTimeline(record)).flatMap((t) => t.events.map((e) => e.event));
        for (const event of events) if (event.kind !== 'get') assert.ok(shown.includes(event));
      }),
    );
  });

  it('property: drawn lines keep to the columns', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 40, max: 160 }), (events, columns) => {
        for (const line of draw(buildRecord({ events }), columns))
          assert.ok(width(line) <= columns, `${width(line)}: ${line}`);
      }),
    );
  });

  it('draws an arrow from the acting task to the one that it reaches', () => {
    const signal = draw().find((line) => line.includes('sends SIGKILL to 100'))!;
    assert.match(signal, /●─+▶/);
    const ascii = drawTimeline(buildRecord(), buildTimeline(buildRecord()), {
      colors: PLAIN,
      symbols: ASCII,
      columns: 100,
    });
    assert.match(ascii.find((line) => line.includes('sends SIGKILL to 100'))!, /o-+>/);
  });

  it('leaves lanes out before words when the terminal is narrow', () => {
    const lines = draw(buildRecord(), 50);
    assert.doesNotMatch(lines.join('\n'), /│/);
    assert.match(lines.join('\n'), /100 is back in user space/);
  });

  it('draws a record without a single event', () => {
    assert.ok(draw(buildRecord({ events: [] })).length > 0);
  });
});
