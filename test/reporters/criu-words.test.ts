import assert from 'node:assert/strict';
import { Github } from '../../reporters/listeners/github.ts';
import { Junit } from '../../reporters/listeners/junit.ts';
import { Spec } from '../../reporters/listeners/spec.ts';
import { Tap } from '../../reporters/listeners/tap.ts';
import { caseReport } from '../../reporters/shared/case-report.ts';
import type { ListenerFactory } from '../../reporters/shared/listener.ts';
import { callLines, describeCalls, findCause } from '../../reporters/words/criu.ts';
import { setupLines } from '../../reporters/words/criu-setup.ts';
import { endingTable } from '../../reporters/words/endings.ts';
import { readErrors, readLastLine } from '../../src/backends/criu/log.ts';
import { Endings } from '../../src/injector/endings.ts';
import { PLAIN_CRIU } from '../../src/model/criu.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { failedDump, killedRestore } from './fixtures/criu.ts';
import { buildSummary, resultFor } from './fixtures/results.ts';
import { screen } from './fixtures/screen.ts';
import { failing } from './fixtures/verdicts.ts';

const REPORTERS: Readonly<Record<string, ListenerFactory>> = {
  spec: (setting) => new Spec(setting),
  junit: (setting) => new Junit(setting),
  github: (setting) => new Github(setting, {}),
  tap: (setting) => new Tap(setting),
};

function shown(reporter: string, record: RunRecord): string {
  const on = screen();
  const result = resultFor(failing({ backend: 'criu', record }));
  const listener = REPORTERS[reporter]!({ out: on.out, options: {} });
  listener.result(result);
  listener.end(buildSummary([result]));
  return on.text();
}

describe('a failure of CRIU', () => {
  for (const reporter of Object.keys(REPORTERS)) {
    it(`is reported call by call, with its first error, by ${reporter}`, () => {
      const text = shown(reporter, failedDump());
      for (const part of ['dump', 'exit code 1', '27 ms', 'proc_parse.c:486', 'Too many open files'])
        assert.ok(text.includes(part), `${part} is missing in\n${text}`);
      assert.doesNotMatch(text, /returned nothing|timeline/);
    });

    it(`is reported with the signal, the fault, and where each process waits, by ${reporter}`, () => {
      const text = shown(reporter, killedRestore());
      for (const part of ['SIGSEGV', 'SIGUSR1 to 101', 'Restoring processes', '1500 ms', 'criu 77', 'do_wait'])
        assert.ok(text.includes(part), `${part} is missing in\n${text}`);
    });
  }

  it('is one line in the JSON report, also without its record', () => {
    const { cause } = caseReport(resultFor(failing({ record: failedDump() })), false);
    assert.match(cause!, /^CRIU dump: exit code 1 after 27 ms: proc_parse\.c:486: /);
    assert.equal(caseReport(resultFor(failing()), false).cause, null);
  });

  it('is no success of the coordinator in the table of endings', () => {
    const endings = new Endings();
    endings.judged(failedDump(), { failures: [], known: [] });
    assert.deepEqual(
      endingTable(endings.list()).rows.map(({ coordinator }) => coordinator),
      ['failed'],
    );
  });
});

describe('calls of CRIU in words', () => {
  it('names the processes of CRIU before the tasks that it waits for', () => {
    const again = describeCalls(killedRestore().criu!).at(-1)!;
    assert.equal(again.waiting.length, 2);
    assert.match(again.waiting[0]!, /^criu 77: sleeping in do_wait\(\)$/);
    assert.match(again.waiting[1]!, /^task 101: stopped/);
  });

  it('has a fault at the call in which it fired, and none at a try without faults', () => {
    assert.deepEqual(
      describeCalls(killedRestore().criu!).map(({ faults }) => faults.length),
      [0, 1, 0],
    );
  });

  it('has no cause where every call succeeded', () => {
    const { dump, ...rest } = failedDump().criu!;
    assert.equal(findCause({ ...rest, dump: { ...dump, exit: 0, errors: [] } }), undefined);
  });

  it('counts the errors that it leaves out', () => {
    const { dump, ...rest } = failedDump().criu!;
    const errors = Array.from({ length: 10 }, (_, i) => `x.c:${i}: no`);
    const lines = callLines({ ...rest, dump: { ...dump, errors } }, 3);
    assert.equal(lines.filter((line) => line.includes('x.c:')).length, 3);
    assert.ok(lines.some((line) => line.includes('7 more errors')));
  });

  it('says what the scenario does to CRIU', () => {
    const lines = setupLines(
      {
        ...PLAIN_CRIU,
        scriptFails: ['pre-restore'],
        limits: { dump: { files: 12 } },
        syscalls: [{ of: 'restore', call: 'clone3', number: 3, errno: 'ENOMEM' }],
        images: [{ kind: 'truncate', file: 'core-101', bytes: 7 }],
        taken: [101],
      },
      undefined,
    );
    for (const word of [/pre-restore/, /12 open files/, /clone3.*3.*ENOMEM/, /core-101.*truncate.*7/, /pid 101/])
      assert.equal(lines.filter((line) => word.test(line)).length, 1, `${word} in ${lines.join('\n')}`);
  });
});

describe("CRIU's log", () => {
  const LOG = [
    '(00.001) Warn  (criu/x.c:1): a warning',
    '(00.002) Error (criu/util.c:1533): rlimit: setrlimit RLIMIT_NOFILE for self: Operation not permitted',
    '(00.003)    100: Error (criu/pstree.c:599): no parent',
    '(00.004) the last words',
    '',
  ].join('\n');

  it('gives its errors with their places in the source', () => {
    assert.deepEqual(readErrors(LOG), ['pstree.c:599: no parent']);
  });

  it('gives its last line that means something', () => {
    assert.equal(readLastLine(LOG), '(00.004) the last words');
    assert.equal(readLastLine(LOG.split('\n').slice(0, 2).join('\n')), '(00.001) Warn  (criu/x.c:1): a warning');
    assert.equal(readLastLine('\n'), undefined);
  });
});
