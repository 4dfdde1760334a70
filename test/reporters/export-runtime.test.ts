/** Findings of container runtimes as shell scripts: all of the page, what one has of its scenario, and why others have none. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findMedian } from '../../lab/reproducers/measured.ts';
import { CannotExport, type ExportedFinding } from '../../reporters/export/finding.ts';
import { writeMail } from '../../reporters/export/mailing-list.ts';
import { writeCProgram, writeShellScript } from '../../reporters/export/script.ts';
import { writeZdtm } from '../../reporters/export/zdtm.ts';
import { findNamed } from '../../src/cli/export.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import type { Case } from '../../src/model/case.ts';
import { explainProperty } from '../../src/properties/index.ts';
import { parseScenarios } from '../../src/scenario/index.ts';

const PAGE = 'docs/runtime-findings.md';
/** Lines that a run adds to the comment of a script. */
const LINES_OF_RUN = 2;

function toFinding(c: Case): ExportedFinding {
  const rules = c.expect.violates.flatMap((name) => explainProperty(name) ?? []);
  return {
    title: c.scenario,
    case: c,
    violates: rules.map(({ name }) => name),
    statements: Object.fromEntries(rules.map(({ name, title }) => [name, title])),
    sources: {},
  };
}

function finding(runtime: string, violates: string, more = ''): ExportedFinding {
  const text = `scenario: A finding\ntree: { pid: 100, children: [{ pid: 101 }] }\nruntime: { name: ${runtime} }\nexpect: { violates: [${violates}] }\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'it.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  return toFinding(cases[0]!);
}

const listNumbers = (): string[] =>
  [...readFileSync(PAGE, 'utf8').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number!);

describe('a finding of a container runtime', () => {
  const LEAVES = 'failed-container-restore-leaves-nothing';

  it('is found by its number in the page, with its runtime', () => {
    const titles = [...readFileSync(PAGE, 'utf8').matchAll(/^## (\d+)\. (.+) \((\w+)\)$/gm)];
    assert.ok(titles.length > 15);
    for (const [, number, title, runtime] of titles) {
      const { case: c } = findNamed(`${PAGE}#${number}`, undefined);
      assert.equal(c.scenario, title);
      assert.equal(c.runtime!.name, runtime);
    }
  });

  it('is a script that shells accept, of 60 lines in the middle, which needs nothing of mktrouble', () => {
    const shells = ['sh', 'dash', 'bash'].filter((one) => spawnSync(one, ['-c', ':']).error === undefined);
    const lengths = listNumbers().map((number) => {
      const { case: c } = findNamed(`${PAGE}#${number}`, undefined);
      const script = writeShellScript(toFinding(c));
      assert.doesNotMatch(script, /mktrouble|npx|node|\/bb\/|\/work|https?:/, c.title);
      for (const shell of shells) {
        const { status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
        assert.equal(status, 0, `${shell}: ${c.title}: ${stderr}`);
      }
      return script.trimEnd().split('\n').length + LINES_OF_RUN;
    });
    assert.ok(findMedian(lengths) <= 60, `${findMedian(lengths)}`);
  });

  it('has the calls of its scenario, in their order, with the fault before that of the fault', () => {
    const script = writeShellScript(
      finding(
        'crun, rounds: [checkpoint, restore-renamed, exec], faults: { image: core-1.img, damage: truncated, of: restore-renamed }',
        LEAVES,
      ),
    );
    const order = [
      '\ncrun run ',
      '\ncrun checkpoint ',
      '-name core-1.img',
      'truncate ',
      '\ncrun restore ',
      '\ncrun exec two ',
    ];
    const places = order.map((part) => script.indexOf(part));
    assert.ok(
      places.every((place, i) => place > (places[i - 1] ?? 0)),
      `${places}\n${script}`,
    );
    assert.match(script, /; restore_renamed=\$\?/);
  });

  it('hits what the scenario hits, when CRIU starts or at its system call', () => {
    const write = (faults: string): string => writeShellScript(finding(`runc, faults: ${faults}`, LEAVES));
    assert.match(write('{ kill: runtime, of: restore }'), /!= 2 \] \|\| kill -KILL \$\(cat \/run\/w\/pid\)'/);
    assert.match(write('{ stop: criu, of: restore }'), /\|\| kill -STOP \$\$'/);
    assert.match(
      write('{ kill: criu, of: restore, call: openat, number: 30 }'),
      /inject=openat:signal=SIGKILL:when=30 /,
    );
    assert.match(write('{ fail: criu, of: restore, call: mount, errno: ENOMEM }'), /inject=mount:error=ENOMEM:when=1 /);
    assert.match(
      write('{ stop: runtime, of: restore, call: mount }'),
      /signal=SIGSTOP.*kill -STOP|kill -STOP.*signal=SIGSTOP/,
    );
    const killed = writeShellScript(
      finding('runc, rounds: [leave-running], faults: { kill: init, of: leave-running }', 'runtime-reports-truth'),
    );
    assert.match(killed, /^kill -KILL \$\(init\)/m);
  });

  it('traces the runtime, in the call of the fault only, where the system call is one of its own', () => {
    for (const [faults, what] of [
      ['{ fail: runtime, of: checkpoint, call: read, number: 9, errno: ENOMEM }', 'error=ENOMEM'],
      ['{ kill: runtime, counted-in: runtime, of: checkpoint, call: read, number: 9 }', 'signal=SIGKILL'],
    ]) {
      const script = writeShellScript(finding(`runc, faults: ${faults}`, 'deleted-containers-leave-nothing'));
      assert.doesNotMatch(script, /stand_in '.+' #/, 'CRIU is not in it');
      const order = [
        '-e trace=read,write',
        `inject=read:${what}:when=$((n + 9))`,
        '\nrunc checkpoint ',
        '\nrunc restore ',
      ];
      const places = order.map((part) => script.indexOf(part));
      assert.ok(
        places.every((place, i) => place > (places[i - 1] ?? 0)),
        `${places}\n${script}`,
      );
    }
  });

  it('makes what the processes of the container have, and compares it with what they have after the restore', () => {
    const lost = 'restored-container-matches-checkpoint';
    const script = writeShellScript(finding('runc, settings: [affinity, timer-slack]', lost));
    assert.match(script, /timerslack_ns; exec \/bin\/busybox taskset 1 \/bin\/busybox tail/);
    const order = ['\nstate > state\n', '\nrunc checkpoint ', '\nrunc restore ', '\nstate > state-after\n'];
    const places = order.map((part) => script.indexOf(part));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1));
    assert.throws(() => writeShellScript(finding('runc, settings: [fifo]', lost)), CannotExport);
    const guest = writeShellScript(finding('runc, rounds: [exec-detached, checkpoint, restore]', lost));
    assert.match(guest, /^guests\(\) \{ grep /m);
  });

  it('looks at nothing that its violations do not need', () => {
    const script = writeShellScript(finding('crun', 'runtime-ends-in-time'));
    for (const part of ['things', 'seen()', 'status()', 'delete', 'tasks()']) assert.ok(!script.includes(part), part);
  });

  it('is refused, with the reason, where a script cannot do what the scenario does', () => {
    for (const [runtime, reason] of [
      ['runc, rootless: true', /other than root/],
      ['runc, limits: { pids: 9 }', /limits/],
      ['runc, mounts: [{ tmpfs: /data }]', /mounts/],
      ['runc, faults: { name: taken, of: restore }', /takes the name/],
      ['runc, faults: { criu: other-version, of: restore }', /two versions/],
      ['runc, faults: { kill: criu, of: restore, stage: post-restore }', /name a system call/],
      ['runc, faults: { kill: init, of: restore, call: openat }', /depends on the machine/],
      ['runsc, faults: { kill: runtime, of: restore, call: openat }', /does not trace runsc/],
      ['runsc, rounds: [pause, resume]', /paused/],
      ['runc, rounds: [pre-dump, checkpoint, restore]', /pre-dumps/],
    ] as const)
      assert.throws(
        () => writeShellScript(finding(runtime, LEAVES)),
        (error) => error instanceof CannotExport && reason.test(error.message),
        runtime,
      );
    assert.throws(() => writeShellScript(finding('runc', 'container-keeps-its-limits')), /no script can see/);
  });

  it('is no C program, no test of zdtm and no mail, and the refusal names the form that there is', () => {
    const one = finding('runc', LEAVES);
    for (const write of [writeCProgram, writeZdtm, writeMail])
      assert.throws(
        () => write(one),
        (error) => error instanceof CannotExport && /--as sh/.test(error.message),
      );
  });
});
