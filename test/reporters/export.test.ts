/** What is exported names functions that exist, and says why where a format cannot express a finding. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CannotExport, type ExportedFinding } from '../../reporters/export/finding.ts';
import { FUNCTION_AT, FUNCTION_OF } from '../../reporters/export/kernel-calls.ts';
import { writeMail } from '../../reporters/export/mailing-list.ts';
import { writeCProgram, writeShellScript } from '../../reporters/export/script.ts';
import { writeZdtm } from '../../reporters/export/zdtm.ts';
import { examine, findNamed, NoFinding } from '../../src/cli/export.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { findRowNumber } from '../support/findings-page.ts';

function finding(criu: string, tree = '{ pid: 100, children: [{ pid: 101 }] }', more = ''): ExportedFinding {
  const text = `scenario: A finding\ntree: ${tree}\ncriu: ${criu}\n${more}`;
  const { cases, diagnostics } = parseScenarios(text, 'it.yaml', KNOWN_NAMES);
  assert.deepEqual(diagnostics, []);
  const [c] = cases;
  return { title: 'A finding', case: c!, violates: c!.expect.violates, statements: {}, sources: {} };
}

const CRASH = 'expect: { violates: [criu-never-crashes] }\n';
const DIFFERS = 'expect: { violates: [restored-tree-matches-dump] }\n';

describe('an exported finding', () => {
  it('names functions of the protocol, for every point and event', () => {
    const source = ['restart.ts', 'sys.ts', 'hooks.ts', 'process.ts', 'linux.ts']
      .map((file) => readFileSync(`src/protocol/${file}`, 'utf8'))
      .join('\n');
    for (const name of [...Object.values(FUNCTION_AT), ...Object.values(FUNCTION_OF)])
      assert.match(source, new RegExp(`function\\*? ${name}\\b`), name);
  });

  it('is a mail with each task that takes part, and the step of the violation', async () => {
    const named = findNamed('docs/findings.md#6', undefined);
    const mail = writeMail(await examine(named, {}, new AbortController().signal));
    assert.match(mail, /^# A half-restored task escapes from a failed restart$/m);
    assert.match(mail, /^coordinator +task 100 +task 101$/m);
    assert.match(mail, /wait_task_sync\(\)/);
    assert.match(mail, /!!\s+no-half-restored-escape/);
    const drawn = /```text\n(.*?)```/s.exec(mail)![1]!;
    for (const line of drawn.split('\n')) assert.ok(line.length <= 78, line);
  });

  it('has in its script what the scenario has in the tree and the faults, and nothing else', () => {
    const script = writeShellScript(
      finding(
        '{ images: { task: 1, set: { ppid: 101 } } }',
        '{ pid: 100, children: [{ pid: 101, stopped: true }, { pid: 102, state: zombie, exit-code: 7 }] }',
        CRASH,
      ),
    );
    for (const part of ['spawn(100)', 'spawn(101)', 'SIGSTOP', '_exit(7)', '# pid 101, ppid 101,'])
      assert.ok(script.includes(part), `${part}\n${script}`);
    for (const part of ['pthread', 'ptrace', 'script', 'mmap']) assert.ok(!script.includes(part), `${part}\n${script}`);
  });

  it('fires its faults in the stage and the call of the scenario', () => {
    const killed = writeShellScript(
      finding('{}', undefined, `faults: [{ kill: 101, when: { criu: post-restore } }]\n${CRASH}`),
    );
    assert.match(killed, /^post-restore\) kill -KILL 101 ;;$/m);
    const failing = writeShellScript(
      finding('{ syscalls: { of: dump, call: kill, number: 3, errno: ENOMEM } }', undefined, CRASH),
    );
    assert.match(failing, /SYS_kill && \+\+n == 3/);
    assert.match(failing, /inject="\.\/repro inject"; criu dump/);
    assert.doesNotMatch(failing, /criu restore/);
  });

  it('looks at nothing that its violation does not need', () => {
    const crash = writeShellScript(
      finding('{}', undefined, `faults: [{ kill: 101, when: { criu: post-restore } }]\n${CRASH}`),
    );
    assert.doesNotMatch(crash, /census/);
    const stays = writeShellScript(
      finding(
        '{ taken: 101 }',
        undefined,
        'expect: { violates: [failed-restore-leaves-no-task, failed-restore-can-be-retried] }\n',
      ),
    );
    assert.deepEqual(stays.match(/census > .*/g), ['census > after-restore']);
  });

  it('finds the pids of a namespace of its own, in the script and in the action script', () => {
    const own = (violates: string): string =>
      writeShellScript(
        finding(
          '{ namespace: own }',
          undefined,
          `faults: [{ kill: 101, when: { criu: pre-resume } }]\nexpect: { violates: [${violates}] }\n`,
        ),
      );
    assert.equal(own('restored-tree-matches-dump').match(/^find\(\) \{/gm)!.length, 2);
    assert.equal(own('criu-ends-in-time').match(/^find\(\) \{/gm)!.length, 1);
  });

  it('compares the flags of mappings that have changed, for others come and go', () => {
    const { seen: _, ...one } = finding('{}', '{ pid: 100, resources: [locked-memory] }', DIFFERS);
    const facts = (flags: string) => ({ tasks: [{ facts: { 'mapping 7000-8000': `rw-p (${flags})` }, threads: [] }] });
    const criu = { before: facts('rd wr lo'), restored: facts('rd wr') };
    const seen = { record: { criu }, violations: [], environment: '' } as unknown as NonNullable<
      ExportedFinding['seen']
    >;
    const census = /^census\(\).*?^}/ms.exec(writeShellScript({ ...one, seen }))![0];
    assert.match(census, /VmFlags:\.\* lo /);
    assert.equal(census.split('VmFlags').length, 2, census);
  });

  it('compares what waits in a terminal, and not its flags, which are another defect', () => {
    const one = finding('{}', '{ pid: 100, resources: [terminal] }', DIFFERS);
    const facts = (queue: string, flags: string) => ({
      tasks: [{ facts: { 'queue of open file 3': queue, 'flags of /dev/ptmx 3': flags }, threads: [] }],
    });
    const criu = { before: facts('5 bytes', '02'), afterDump: facts('0 bytes', '04002') };
    const seen = { record: { criu }, violations: [], environment: '' } as unknown as NonNullable<
      ExportedFinding['seen']
    >;
    const script = writeShellScript({ ...one, seen });
    assert.match(script, /^\t\t\.\/repro queued \$p$/m);
    assert.doesNotMatch(script, /fdinfo/);
  });

  it('starts the lazy-pages daemon, hits it, and waits for it', () => {
    const script = writeShellScript(finding('{ lazy-pages: { fault: kill, after: pre-resume } }', undefined, DIFFERS));
    assert.match(script, /^pre-resume\) kill -KILL \$\(cat lazy\.pid\) ;;$/m);
    assert.match(script, /^criu restore .*--lazy-pages; restore=\$\?$/m);
    assert.match(script, /^wait \$lazy/m);
    assert.match(script, /proc\/\$p\/mem/);
  });

  it('makes the resources of a task, and refuses those that it cannot make', () => {
    const script = writeShellScript(finding('{}', '{ pid: 100, resources: [folder, terminal] }', DIFFERS));
    for (const part of ['O_DIRECTORY', 'terminal();', 'close(ready[0]), close(ready[1])'])
      assert.ok(script.includes(part), `${part}\n${script}`);
    assert.throws(
      () => writeShellScript(finding('{}', '{ pid: 100, resources: [folder, epoll] }', DIFFERS)),
      /does not make what a task has: epoll/,
    );
  });

  it('tries the system calls near the number that follows a stage', () => {
    const script = writeShellScript(
      finding('{ syscalls: { of: dump, after: pre-dump, call: mmap, number: 4, errno: ENOMEM } }', undefined, CRASH),
    );
    assert.match(script, /for NR in 4 5 3 6 2 7 1 8; do export NR/);
    assert.match(script, /SYS_mmap && \+\+n == atoi\(getenv\("NR"\)\)/);
    const exact = writeShellScript(
      finding('{ syscalls: { of: restore, task: 101, call: mmap, number: 2, errno: ENOMEM } }', undefined, CRASH),
    );
    assert.match(exact, /pid == 101 && .*SYS_mmap && \+\+n == 2/);
    assert.throws(
      () =>
        writeShellScript(
          finding(
            '{ namespace: own, syscalls: { of: restore, task: 101, call: mmap, errno: ENOMEM } }',
            undefined,
            CRASH,
          ),
        ),
      CannotExport,
    );
  });

  it('keeps the script whole when it stands in a C program', () => {
    const one = finding('{ images: { file: core-100, field: [5], value: absent } }', undefined, CRASH);
    const literal = /script\[\] =\n(.*?);\nint main/s.exec(writeCProgram(one))![1]!;
    const script = literal
      .split('\n')
      .map((line) => JSON.parse(line.trim()))
      .join('');
    assert.match(script, /^"\$repro" edit img\/core-100\.img 0 absent 5 \|\| exit 125$/m);
    assert.match(script, /exit 1; fi\necho 'NOT SHOWN'\n$/);
  });

  it('is a test of zdtm where the restored tree shows it, and refused where not', () => {
    const { program, desc } = writeZdtm(
      finding('{}', '{ pid: 100, children: [{ pid: 101, state: zombie, exit-code: 130 }] }', DIFFERS),
    );
    for (const part of ['test_init(argc, argv)', 'test_daemon()', 'test_waitsig()', 'pass()', '_exit(130)'])
      assert.ok(program.includes(part), part);
    assert.match(desc, /^\{'flavor': /);
    assert.throws(() => writeZdtm(finding('{ taken: 101 }', undefined, DIFFERS)), CannotExport);
    assert.throws(() => writeZdtm(finding('{}', undefined, CRASH)), CannotExport);
  });

  it('makes networks and cgroups of the tree, and looks at what is left of them', () => {
    const left = (what: string) => `expect: { violates: [failed-${what}-leaves-nothing-behind] }\n`;
    const net = writeShellScript(finding('{ namespaces: [net] }', undefined, left('dump')));
    assert.match(net, /CLONE_NEWNET/);
    assert.match(net, /^rules > rules-before$[\s\S]*^criu dump[\s\S]*! \{ rules \| diff rules-before -; \}/m);
    assert.doesNotMatch(net, /unshare .*--net/);
    // A program's connections are those of the script, which must not be those of the machine.
    const program = writeShellScript(
      finding('{}', '{ pid: 100 }', `subject: { command: [sleep, 1] }\n${left('dump')}`),
    );
    assert.match(program, /unshare .*--net /);
    const removed = '{ cgroup: { version: 1, pids: 50 }, freezer: { fault: remove, after: before-restore } }';
    const cgroup = writeShellScript(finding(removed, undefined, left('restore')));
    assert.match(
      cgroup,
      /echo 50 > \S*pids\.max[\s\S]*cgroup\.procs; done; exec \.\/repro[\s\S]*^rmdir [\s\S]*^criu restore/m,
    );
    assert.match(cgroup, /^\[ "\$1\$\$" = inside1 \] \|\| \{ export CG=.*; rmdir .*; exit \$status; \}$/m);
    const without = writeShellScript(finding('{}', undefined, CRASH));
    assert.doesNotMatch(without, /cgroup\.procs|rules|--net /);
  });

  it('starts a second CRIU at the stage of the first, and kills it at its own', () => {
    const write = (rival: string): string =>
      writeShellScript(
        finding(`{ rival: { ${rival} } }`, undefined, 'expect: { violates: [second-criu-does-no-harm] }\n'),
      );
    const dump = write('call: dump, at: pre-resume');
    assert.match(
      dump,
      /^pre-resume\) mkdir rival; timeout .* \$CRIU dump -D rival -t 100 .*; echo \$\? > rival-status ;;$/m,
    );
    assert.match(dump, /^if \[ \$restore != 0 \]; then /m);
    const killed = write('call: restore, at: pre-restore, fault: kill, after: post-resume');
    assert.match(killed, /\$CRIU restore .* --action-script \.\/second;/);
    assert.match(killed, /^\[ \$CRTOOLS_SCRIPT_ACTION != post-resume \] \|\| kill -KILL \$PPID$/m);
  });

  it('is refused where a script cannot do what the scenario does', () => {
    for (const criu of [
      '{ rival: { call: restore, at: pre-restore, fault: stop, after: post-restore } }',
      '{ rival: { call: pre-dump, at: pre-dump } }',
      '{ restore-limits: { pids: 3 } }',
      '{ interface: rpc }',
      '{ page-server: true }',
      '{ cgroup: { version: 2 } }',
      '{ freezer: { fault: thaw, after: pre-dump } }',
      '{ namespaces: [uts] }',
      '{ images: { mutate: core, seed: 7 } }',
    ])
      assert.throws(() => writeShellScript(finding(criu, undefined, CRASH)), CannotExport, criu);
    const subject = (more: string) =>
      finding('{}', '{ pid: 100 }', `subject: { command: [sleep, 1]${more} }\n${CRASH}`);
    assert.throws(
      () => writeShellScript(subject(', ready: { file: up }, load: { command: [sleep, 1], ready: { file: on } }')),
      CannotExport,
    );
    assert.throws(() => writeMail(subject('')), CannotExport);
    assert.match(writeShellScript(subject('')), /sleep/);
  });

  it('is found by its file and title or line, its defect, and its row in a page', () => {
    const file = 'scenarios/criu/round-trip/exit-statuses.yaml';
    const title = "Restore loses the highest bit of a zombie's exit status";
    assert.equal(findNamed(`${file}#${title}`, undefined).case.matrix['code'], 128);
    assert.equal(findNamed(`${file}#${title} [code=130]`, undefined).case.matrix['code'], 130);
    assert.equal(findNamed(file, undefined).case.scenario, title);
    const byDefect = findNamed('a-stopped-task-with-a-pending-fatal-signal-is-killed-on-restore', undefined);
    assert.equal(byDefect.case.matrix['signal'], 'SIGHUP');
    assert.equal(findNamed(`docs/criu-findings.md#${findRowNumber(title)}`, undefined).case.scenario, title);
    const several = 'Failed dump leaves a second SIGSTOP pending for a stopped task';
    const number = findRowNumber(several);
    assert.equal(findNamed(`docs/criu-findings.md#${number}`, undefined).case.scenario, several);
    assert.notEqual(findNamed(`docs/criu-findings.md#${number}.2`, undefined).case.scenario, several);
    assert.equal(findNamed('docs/findings.md#3', undefined).property, 'restores-in-order');
    for (const wrong of ['docs/findings.md#999', `${file}#None`, 'no-such-defect', 'none.yaml'])
      assert.throws(() => findNamed(wrong, undefined), NoFinding, wrong);
  });
});
