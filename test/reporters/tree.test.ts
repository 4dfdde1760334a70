import assert from 'node:assert/strict';
import { PLAIN } from '../../reporters/shared/colors.ts';
import { drawTree } from '../../reporters/shared/tree.ts';
import { faultSentence } from '../../reporters/words/case.ts';
import { UNICODE } from '../../reporters/words/signs.ts';
import type { Fault } from '../../src/model/case.ts';
import { buildCase, buildRecord, task } from './fixtures/verdicts.ts';

const style = { colors: PLAIN, symbols: UNICODE, columns: 100 };

function lineOf(lines: readonly string[], pid: number): string {
  const line = lines.find((l) => new RegExp(`(^|\\s|[├└│─])${pid}\\b`).test(l));
  assert.ok(line, `no line for ${pid} in\n${lines.join('\n')}`);
  return line;
}

describe('tree', () => {
  it('has a line for the coordinator and each task, with how it ended', () => {
    const lines = drawTree(buildRecord(), buildCase(), style);
    assert.equal(lines.length, 6);
    assert.match(lines[0]!, /coordinator.*EBUSY/);
    assert.match(lineOf(lines, 101), /killed/);
    assert.match(lineOf(lines, 102), /waiting at sync-1/);
    assert.match(lineOf(lines, 102), /traced/);
    assert.match(lineOf(lines, 103), /untouched/);
  });

  it('puts children below their parent and threads below their leader', () => {
    const lines = drawTree(buildRecord(), buildCase(), style);
    const depth = (pid: number): number => lineOf(lines, pid).search(new RegExp(`${pid}`));
    assert.ok(depth(100) < depth(101));
    assert.ok(depth(103) < depth(104));
    assert.match(lineOf(lines, 104), /thread of 103/);
  });

  it('says what is special about each task', () => {
    const tasks = [
      task(100, { state: 'zombie', exitCode: 7 }),
      task(101, { ghost: true }),
      task(102, { absent: true, owner: 'stranger' }),
      task(103, { exits: true, restartingItself: true }),
      task(104, { forkedLate: 0, sibling: true, state: 'dead' }),
    ];
    const text = drawTree(undefined, buildCase({ tasks }), style).join('\n');
    for (const word of [
      'zombie',
      '7',
      'ghost',
      'stranger',
      'never calls restart',
      'exits',
      'restart',
      'forked late',
      'sibling',
      'dead',
    ]) {
      assert.ok(text.includes(word), word);
    }
  });

  it('does without a case, and shows tasks that a fault forked', () => {
    const record = buildRecord();
    const final = { ...record.final, tasks: { ...record.final.tasks, 999: { end: 'running', marked: true } as const } };
    assert.match(lineOf(drawTree({ ...record, final }, undefined, style), 101), /killed/);
    assert.match(lineOf(drawTree({ ...record, final }, buildCase(), style), 999), /running/);
  });

  it('keeps a forest of 10,000 tasks readable', () => {
    const tasks = [
      task(1, { parent: 'coordinator' }),
      ...Array.from({ length: 10_000 }, (_, i) => task(i + 2, { parent: 1 })),
    ];
    const lines = drawTree(undefined, buildCase({ tasks }), style);
    assert.ok(lines.length < 60);
    assert.match(lines.at(-1)!, /more tasks/);
  });
});

describe('a fault in words', () => {
  const fault = (more: Partial<Fault>): string =>
    faultSentence({ verb: 'kill', name: 'f', targets: [101], times: 1, when: { kind: 'any' }, ...more });

  it('says what, to which task, and when', () => {
    assert.match(fault({}), /kill 101.*any moment/);
    assert.match(
      fault({ verb: 'signal', signal: 'SIGUSR1', targets: ['coordinator', 100] }),
      /SIGUSR1.*coordinator or 100/,
    );
    assert.match(
      fault({ verb: 'fail', failure: 'kmalloc', errno: 'ENOMEM', call: 3, targets: [] }),
      /kmalloc.*ENOMEM.*3/,
    );
    assert.match(fault({ when: { kind: 'task', task: 101, at: 'sync-3' } }), /101 is at sync-3/);
    assert.match(fault({ when: { kind: 'coordinator', at: 'tail' } }), /coordinator is at tail/);
    assert.match(fault({ times: 2, when: { kind: 'after', fault: 'first' } }), /2 times.*after first/);
  });
});
