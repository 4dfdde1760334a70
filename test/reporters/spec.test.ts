import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { useFakeTimers } from 'sinon';
import { Spec } from '../../reporters/listeners/spec.ts';
import { Progress } from '../../reporters/shared/progress.ts';
import type { CaseResult } from '../../reporters/shared/result.ts';
import { width } from '../../reporters/shared/text.ts';
import type { Progress as CaseProgress } from '../../src/record/progress.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { buildSummary, ordinary, resultFor } from './fixtures/results.ts';
import { type Screen, screen } from './fixtures/screen.ts';
import { buildRecord, failing, HOSTILE, incomplete, verdict, violation } from './fixtures/verdicts.ts';

function show(results: readonly CaseResult[], on: Screen = screen(), interrupted = false): string {
  const spec = new Spec({ out: on.out, options: {} });
  for (const result of results) spec.result(result);
  spec.end(buildSummary(results, interrupted));
  return on.text();
}

describe('spec', () => {
  it('prints a case as it ends, under its file', () => {
    const on = screen();
    const spec = new Spec({ out: on.out, options: {} });
    spec.result(resultFor(verdict({ title: 'the first' })));
    assert.match(on.text(), /scenarios\/ptrace\/traced\.yaml/);
    assert.match(on.text(), /the first/);
    assert.match(on.text(), /12 ms/);
    spec.result(resultFor(verdict({ title: 'the second' })));
    assert.equal(on.text().split('traced.yaml').length, 2, 'the file is named once');
  });

  it('says what was tried', () => {
    const tried = { strategy: 'exhaustive', schedules: 1, states: 12_345, outcomes: 14, complete: true } as const;
    const text = show([resultFor(verdict({ tried }))]);
    assert.match(text, /12,345 states/);
    assert.match(text, /14 outcomes/);
  });

  it('shows all about a case that failed', () => {
    const text = show([resultFor(failing())]);
    for (const part of [
      'scenarios/ptrace/traced.yaml:3',
      'prepare_descendants() answers a traced task with -EBUSY',
      'waiting at sync-1',
      'kill 101, when 101 is at sync-3',
      'marks 101',
      violation.property,
      violation.message,
      violation.expected!,
      violation.actual!,
      'npx mktrouble',
    ]) {
      assert.ok(text.includes(part), `${part} is missing in\n${text}`);
    }
  });

  it('prints equal findings of one matrix once, with a count, and others each', () => {
    const of = (n: number, message: string) =>
      resultFor(failing({ title: `bogus pids [bogus=${n}]`, violations: [{ ...violation, message }] }));
    const text = show([
      of(1, 'task 101 is left'),
      of(2, 'task 102 is left'),
      of(3, 'task 103 is left'),
      of(4, 'no end'),
    ]);
    assert.equal(text.split(/^ *timeline/m).length, 3, text);
    for (const n of [1, 2, 3, 4]) assert.match(text, new RegExp(`bogus=${n}`));
    assert.match(text, /the same finding as in bogus pids \[bogus=1\]/);
    assert.match(text, /the same in 2 more cases of this scenario/);
    assert.match(text, /4 failed/);
  });

  it('says whether the case could be made smaller', () => {
    const shown = (more: Parameters<typeof failing>[0]) => show([resultFor(failing(more))]);
    assert.match(shown({ shrunk: true, shrinking: { tried: 9, tasks: 5 } }), /minimal reproducing tree\n/);
    assert.match(shown({ shrinking: { tried: 9, tasks: 5 } }), /no smaller case shows it: 9 smaller cases tried/);
    assert.match(shown({ shrunk: true, shrinking: { tried: 9, tasks: 5, stopped: true } }), /stopped at its budget/);
  });

  it('shows every violation, and names the file that replays it', () => {
    const second = { property: 'first-error-wins', message: 'EIO was reported' };
    const text = show([resultFor(failing({ violations: [violation, second], replay: 'x.replay.yaml' }))]);
    assert.match(text, /first-error-wins/);
    assert.match(text, /npx mktrouble replay x\.replay\.yaml/);
  });

  it('shows known defects as found, and not as failures', () => {
    const results = [resultFor(verdict({ known: [violation], record: buildRecord() }))];
    const text = show(results);
    assert.match(text, /known defect/);
    assert.match(text, /half-restored-never-resumes/);
    assert.match(text, /1 passed/);
    assert.doesNotMatch(text, /failed/i);
  });

  it('says why cases were skipped once for each reason, with counts', () => {
    const skip = (reason: string, title: string) => resultFor(verdict({ status: 'skip', reason, title }));
    const text = show([skip('no compiler here', 'a'), skip('no CRIU here', 'b'), skip('no compiler here', 'c')]);
    assert.equal(text.split('no compiler here').length, 2, text);
    assert.match(text, /2 cases: no compiler here/);
    assert.match(text, /1 case: no CRIU here/);
  });

  describe('a long title', () => {
    const scenario = `A task ${'that does something '.repeat(12)}at the end`;
    const values = `[pid: 102, errno: ECONNREFUSED, flags: frozen]`;
    const tried = { strategy: 'exhaustive', schedules: 1, states: 12_345, complete: true } as const;
    const results = [
      resultFor(failing({ scenario, title: `${scenario} ${values}` })),
      resultFor(verdict({ scenario, title: `${scenario} ${values}`, tried })),
    ];

    it('is whole in a log, with its counts', () => {
      const text = show(results);
      assert.equal(text.split(`${scenario} ${values}`).length, 4, 'in both lines and in the list of failures');
      assert.match(text, /12,345 states/);
    });

    for (const columns of [30, 60, 120]) {
      it(`keeps its matrix values in a terminal of ${columns} columns`, () => {
        const text = show(results, screen({ tty: true, columns, env: { NO_COLOR: '1', CI: '1' } }));
        assert.ok(text.split(values).length >= 3, text);
        assert.ok(!text.split('\n').some((line) => /[✗✓]/.test(line) && line.includes(scenario)), text);
      });
    }
  });

  it('shows what stopped a search, and counts it neither as passed nor as skipped', () => {
    const text = show([resultFor(incomplete())]);
    assert.match(text, /incomplete: stopped at the limit of 1,000 states/);
    assert.match(text, /1 incomplete/);
    assert.doesNotMatch(text, /skipped|failed/);
    assert.match(text, /0 passed/);
  });

  it('shows ordinary tests and broken files', () => {
    const broken = new Error('a/b.yaml:3:7: unknown signal SIGUSER1');
    const text = show([
      ordinary('adds'),
      ordinary('multiplies', new Error('6 !== 7')),
      ordinary('is a scenario file', broken),
    ]);
    assert.match(text, /a suite/);
    assert.match(text, /6 !== 7/);
    assert.match(text, /a\/b\.yaml:3:7: unknown signal SIGUSER1/);
  });

  it('lists the failed ones at the end, with counts', () => {
    const results = [
      resultFor(verdict()),
      resultFor(failing({ title: 'it breaks' })),
      resultFor(verdict({ status: 'error', reason: 'TypeError: no' })),
      resultFor(verdict({ status: 'skip', reason: 'x' })),
    ];
    const text = show(results);
    const end = text.slice(text.lastIndexOf('Failed'));
    assert.match(end, /it breaks/);
    assert.match(end, /TypeError: no/);
    assert.match(end, /1 passed/);
    assert.match(end, /1 failed/);
    assert.match(end, /1 broken/);
    assert.match(end, /1 skipped/);
  });

  it('says where real tasks wait when a run is cut or leaves one waiting, and not otherwise', () => {
    const census = [
      { task: 101, pid: 7, state: 'S', waitChannel: 'futex_do_wait' },
      { task: 102, pid: 8 },
    ];
    const text = (record: RunRecord) => show([resultFor(failing({ backend: 'native', record }))]);
    assert.match(text(buildRecord({ backend: 'native', census })), /101: sleeping in futex_do_wait\(\)/);
    const { final } = buildRecord();
    const over = buildRecord({ backend: 'native', census, final: { ...final, tasks: { 100: final.tasks[101]! } } });
    assert.doesNotMatch(text(over), /futex_do_wait/);
    assert.match(text({ ...over, end: 'cut' }), /futex_do_wait/);
  });

  it('says when the run was cut short', () => {
    assert.match(show([resultFor(verdict())], screen(), true), /[Ii]nterrupted/);
  });

  it('lets hostile text neither move the cursor nor forge lines', () => {
    const bad = { property: HOSTILE, message: HOSTILE, expected: HOSTILE, actual: HOSTILE };
    const text = show([
      resultFor(failing({ title: HOSTILE, why: HOSTILE, violations: [bad] })),
      ordinary(HOSTILE, new Error(HOSTILE)),
    ]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('cuts a text of a megabyte', () => {
    const text = show([resultFor(failing({ violations: [{ ...violation, message: 'x'.repeat(1_000_000) }] }))]);
    assert.ok(text.length < 20_000, `${text.length} characters`);
  });

  for (const columns of [24, 40, 60, 80, 132]) {
    it(`keeps to ${columns} columns, but for the command to copy`, () => {
      const text = show(
        [resultFor(verdict({ title: 'a title that goes on and on, '.repeat(8) })), resultFor(failing())],
        screen({ columns, tty: true, env: { NO_COLOR: '1', CI: '1' } }),
      );
      const wide = text
        .split('\n')
        .filter((line) => width(line) > Math.max(columns, 44) && !line.includes('npx mktrouble'));
      // Trees are not wrapped: a branch on two lines would be no tree.
      assert.deepEqual(
        wide.filter((line) => !/[├└]|coordinator 1 |^ *\d+\) |known defect|passed|half-restored/.test(line)),
        [],
      );
    });
  }

  it('is ASCII in a locale that is', () => {
    for (const env of [{ LC_ALL: 'C' }, { LANG: '', LC_ALL: '' }, { LC_CTYPE: 'de_DE.ISO-8859-1' }]) {
      const text = show([resultFor(failing({ title: 'ünïcode → 🧨' }))], screen({ env }));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is asked for
      assert.match(text, /^[\u0000-\u007f]*$/);
    }
  });

  it('has colours on a terminal only, and not with NO_COLOR', () => {
    const results = [resultFor(failing())];
    assert.ok(show(results, screen({ tty: true })).includes('\u001b['));
    for (const on of [screen(), screen({ tty: true, env: { NO_COLOR: '1', CI: '1' } })]) {
      assert.ok(!show(results, on).includes('\u001b'));
    }
  });

  it('keeps no verdict of a case that passed', () => {
    const collect = garbageCollector();
    const spec = new Spec({ out: screen().out, options: {} });
    const shown: WeakRef<object>[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      const result = resultFor(verdict({ title: `case ${i}`, record: buildRecord() }));
      shown.push(new WeakRef(result.verdict!));
      spec.result(result);
    }
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      collect();
      const kept = shown.filter((ref) => ref.deref() !== undefined).length;
      assert.ok(kept <= 1, `${kept} verdicts are still held`);
    });
  });
});

describe('progress', () => {
  const results = [resultFor(verdict({ title: 'the one' })), resultFor(failing())];
  const run = (on: Screen): string => {
    const spec = new Spec({ out: on.out, options: {}, total: 40 });
    spec.begin('the one');
    for (const result of results) spec.result(result);
    spec.end(buildSummary(results));
    on.out.close();
    return on.text();
  };

  it('is a line that is redrawn on a terminal, and gone in the end', () => {
    const text = run(screen({ tty: true, columns: 80, env: { NO_COLOR: '1' } }));
    assert.match(text, /\/40 cases/);
    assert.match(text, /finding/);
    // What a terminal shows in the end: everything that was on a cleared line is gone.
    const shown = text
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf('\u001b[2K') + 4))
      .join('\n');
    assert.doesNotMatch(shown, /\/40 cases/);
  });

  it('says how fast it goes, how much is left, and how long a slow case has been', () => {
    let now = 0;
    const on = screen({ tty: true, columns: 200, env: { NO_COLOR: '1' } });
    const progress = new Progress(on.out, 40, { now: () => now });
    progress.begin('a quick one');
    now = 2_000;
    progress.add(
      resultFor(verdict({ tried: { strategy: 'exhaustive', schedules: 2, states: 3_000, complete: true } })),
    );
    progress.begin('a slow one');
    now = 65_000;
    const text = progress.text();
    progress.end();
    assert.match(text, /^1\/40 cases · 0 findings · 46 states\/s · .* left · a slow one \(1 min 3 s\)$/);
  });

  it('shows a clock, the states and their rate of a search, and that a finding is made smaller', () => {
    let now = 0;
    let shown: CaseProgress = { doing: 'searching', states: 20_000 };
    const progress = new Progress(screen({ tty: true, columns: 200 }).out, 1, { now: () => now });
    progress.begin('a search', () => shown);
    now = 4_000;
    assert.match(progress.text(), /a search \(4\.0 s, 20,000 states, 5,000 states\/s\)$/);
    shown = { doing: 'shrinking', finding: violation };
    assert.match(progress.text(), /a search \(4\.0 s, making the case smaller\)$/);
    progress.end();
  });

  it('prints a finding once, while its case is running', () => {
    const on = screen();
    const spec = new Spec({ out: on.out, options: {} });
    const clock = useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let shown: CaseProgress = { doing: 'searching', states: 1 };
      spec.begin('a search', () => shown);
      clock.tick(1_000);
      assert.equal(on.text(), '');
      shown = { doing: 'shrinking', finding: violation };
      clock.tick(3_000);
      assert.match(on.text(), /a search\n/);
      assert.equal(on.text().split(violation.property).length, 2);
      spec.begin('the next', () => undefined);
      clock.tick(3_000);
      assert.equal(on.text().split(violation.property).length, 2);
    } finally {
      spec.end(buildSummary([]));
      clock.restore();
    }
  });

  it('is a line a minute in a log, while a case takes long, and nothing in a file', () => {
    let now = 0;
    const on = screen();
    const progress = new Progress(on.out, 1, { now: () => now });
    progress.begin('a search', () => ({ doing: 'searching', states: 7 }));
    for (now = 0; now <= 130_000; now += 500) progress.tick();
    progress.end();
    assert.equal(on.text().split('a search').length, 3);
  });

  for (const [where, on] of [
    ['in a pipe', () => screen()],
    ['in a CI log that looks like a terminal', () => screen({ tty: true, env: { CI: 'true', NO_COLOR: '1' } })],
    ['on a dumb terminal', () => screen({ tty: true, env: { TERM: 'dumb' } })],
  ] as const) {
    it(`is not there ${where}`, () => {
      const text = run(on());
      assert.doesNotMatch(text, /\/40 cases/);
      assert.ok(!text.includes('\r'));
    });
  }
});

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
