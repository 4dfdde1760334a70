import assert from 'node:assert/strict';
import { simulated } from '../../src/backends/simulated/index.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { runCase } from '../../src/injector/run-case.ts';
import { hashSignature } from '../../src/model/signature.ts';
import { signFinding } from '../../src/properties/signature.ts';
import type { CriuRecord, CriuRun } from '../../src/record/criu.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { aCensus, aRecord, aTask } from './criu/records.ts';

/** A signal at sync point 2, with other pids, titles, trees and ways to search: one defect. */
function signalScenario(first: number, title: string, explore: string, more = ''): string {
  return `scenario: ${title}
tree: { pid: ${first}, children: [{ pid: ${first + 1} }${more}] }
faults: [{ signal: SIGUSR1, to: [${first}, ${first + 1}] }]
explore: ${explore}
expect: { all: [turns-in-order] }
`;
}

async function bucketOf(text: string, seed = '0'): Promise<string | undefined> {
  const [c] = parseScenarios(text, 'some/where.yaml', KNOWN_NAMES).cases;
  const verdict = await runCase(c!, { backend: simulated(), seed });
  return verdict.bucket?.id;
}

describe('the signature of a finding of the restart', () => {
  const SEARCHES = ['exhaustive', '{ strategy: random, schedules: 200 }', '{ strategy: pct, schedules: 200 }'];

  it('is the same for all pids, titles, trees, places in the file, seeds and ways to search', async () => {
    const found = new Set<string | undefined>();
    for (const explore of SEARCHES)
      for (const seed of ['0', '1']) found.add(await bucketOf(signalScenario(100, 'One', explore), seed));
    found.add(await bucketOf(signalScenario(4711, 'Another', 'exhaustive')));
    found.add(await bucketOf(`# further down\n\n${signalScenario(7, 'Third', 'exhaustive', ', { pid: 99 }')}`));
    assert.equal(found.size, 1);
    assert.match([...found][0] ?? '', /^[0-9a-f]{10}$/);
  });

  it('distinguishes defects that violate the same property', async () => {
    const bounds = 'scenario: A\ntree: { pid: 100 }\nexplore: exhaustive\nexpect: { all: [no-kernel-defect] }\n';
    const allocation =
      'scenario: B\ntree: { pid: 100 }\nrestart: { debug: true }\nfaults: [{ fail: kmalloc, task: 100 }]\nexpect: { all: [no-kernel-defect] }\n';
    const ids = [await bucketOf(bounds), await bucketOf(allocation)];
    assert.ok(ids[0] !== undefined && ids[1] !== undefined && ids[0] !== ids[1], ids.join());
  });

  it('is there for known defects that a passing case shows, and absent where nothing was found', async () => {
    const known = signalScenario(100, 'K', 'exhaustive').replace('{ all:', '{ violates: [turns-in-order], all:');
    assert.equal(await bucketOf(known), await bucketOf(signalScenario(100, 'One', 'exhaustive')));
    assert.equal(await bucketOf('scenario: Fine\ntree: { pid: 100 }\nrestart: { protocol: hardened }\n'), undefined);
  });
});

describe('the signature of a finding of CRIU', () => {
  const EMPTY = { tasks: [], silent: [] };
  const DUMP: CriuRun = { of: 'dump', exit: 0, errors: [] };

  /** The id for a restore that ended so, of images with this change. */
  function sign(restore: Partial<CriuRun>, change: string, property = 'criu-never-crashes'): string {
    const text = `scenario: x\ntree: { pid: 100, children: [{ pid: 101 }] }\ncriu: { images: ${change} }\n`;
    const { cases, diagnostics } = parseScenarios(text, 'x.yaml', KNOWN_NAMES);
    assert.deepEqual(diagnostics, []);
    const criu: CriuRecord = {
      version: '4.1.1',
      before: EMPTY,
      dump: DUMP,
      afterDump: EMPTY,
      restore: { of: 'restore', errors: [], ...restore },
      afterRestore: EMPTY,
      bystanders: { before: EMPTY, after: EMPTY },
      hits: [],
      stages: [],
      ownSubject: true,
    };
    const record = { backend: 'criu', criu, events: [], findings: [], final: {} } as unknown as RunRecord;
    return hashSignature(signFinding(cases[0]!, record, [{ property, message: '' }])!);
  }
  const PID = '{ task: 1, set: { pid: 100 } }';

  it('has no pid, and not the number of the record', () => {
    const crash = (pid: number) => ({
      exit: 1,
      errors: [`cr-restore.c:1262: ${pid} killed by signal 11: Segmentation fault`],
    });
    assert.equal(sign(crash(100), PID), sign(crash(1133), '{ task: 0, set: { pid: 7 } }'));
  });

  it('of an error has the file, not its line and its message: they differ from version to version', () => {
    const crash = (error: string) => ({
      exit: 1,
      errors: [error, 'cr-restore.c:1262: 100 killed by signal 11: Segmentation fault'],
    });
    const found = sign(crash("files.c:1464: Can't find task cwd file"), PID);
    assert.equal(sign(crash("files.c:1470: Can't find task root file"), PID), found);
    assert.notEqual(sign(crash('memfd.c:224: Unable to find the 1 memfd inode'), PID), found);
  });

  it('of an assertion has the file, not the line: it is the same in each version', () => {
    const bug = (at: string) => ({ signal: 6, errors: [`${at.slice(5)}: BUG at ${at}`] });
    assert.equal(sign(bug('criu/pstree.c:560'), PID), sign(bug('criu/pstree.c:571'), '{ task: 0, set: { ppid: 7 } }'));
    assert.notEqual(sign(bug('criu/pstree.c:560'), PID), sign(bug('criu/mount.c:48'), PID));
  });

  it('of a crash without an error has the field that was changed', () => {
    const crash = { signal: 11, errors: [] };
    assert.notEqual(sign(crash, PID), sign(crash, '{ task: 0, set: { threads: 7 } }'));
  });

  it('of a crash has no line that is logged once a process has died: it follows from that', () => {
    const death = 'cr-restore.c:1262: 101 killed by signal 11: Segmentation fault';
    const alone = sign({ exit: 1, errors: [death] }, PID);
    assert.equal(sign({ exit: 1, errors: [death, "files.c:1104: Can't sent fd 0 to 101"] }, PID), alone);
    assert.notEqual(sign({ exit: 1, errors: ["files.c:1464: Can't find task cwd file", death] }, PID), alone);
  });

  it('of a crash has the process that died; the signal, which differs between versions, only where nothing else is known', () => {
    const died = (signal: number) => ({ exit: 1, errors: [`cr-restore.c:1: 100 killed by signal ${signal}: x`] });
    assert.equal(sign(died(11), PID), sign(died(6), PID));
    assert.notEqual(sign(died(11), PID), sign({ signal: 11, errors: [] }, PID));
    const [c] = parseScenarios('scenario: x\ntree: { pid: 100 }\ncriu: {}\n', 'x.yaml', KNOWN_NAMES).cases;
    const alone = (signal: number) => {
      const record = aRecord({ restore: { of: 'restore', ...died(signal) } });
      return signFinding(c!, record, [{ property: 'criu-never-crashes', message: '' }])!.shape;
    };
    assert.match(alone(11), /SIGSEGV/);
    assert.match(alone(6), /SIGABRT/);
  });

  it('of a crash of a restore to which nothing was done has what went wrong in the dump', () => {
    const text = 'scenario: x\ntree: { pid: 100 }\ncriu: {}\n';
    const [c] = parseScenarios(text, 'x.yaml', KNOWN_NAMES).cases;
    const signed = (errors: readonly string[]) => {
      const restore = { of: 'restore', exit: 1, errors: ['cr-restore.c:1: 100 killed by signal 11: x'] } as const;
      const record = aRecord({ dump: { of: 'dump', exit: 0, errors }, restore });
      return signFinding(c!, record, [{ property: 'criu-never-crashes', message: '' }])!;
    };
    assert.notEqual(hashSignature(signed(["cr-dump.c:305: Can't open 100/exe"])), hashSignature(signed([])));
    assert.deepEqual(signed(["cr-dump.c:305: Can't open 100/exe"]), signed(["cr-dump.c:489: Can't open 7/auxv"]));
  });

  it('of a check has the last line that it wrote, without values, else its status, unless that is 1', () => {
    const [c] = parseScenarios('scenario: x\ntree: { pid: 100 }\ncriu: {}\n', 'x.yaml', KNOWN_NAMES).cases;
    const shape = (end: { exit?: number; signal?: number; timedOut?: number }, stderr = '', stdout = '') =>
      signFinding(c!, aRecord({ check: { ...end, command: [], output: { stdout, stderr } } }), [
        { property: 'check-succeeds', message: '' },
      ])!.shape;
    const shapes = [{ exit: 1 }, { exit: 15 }, { exit: 16 }, { timedOut: 5000 }].map((end) => shape(end));
    const written = [shape({ exit: 1 }, 'a key is lost\n'), shape({ exit: 1 }, 'a group is lost\n')];
    assert.equal(new Set([...shapes, ...written]).size, shapes.length + written.length);
    assert.equal(shape({ signal: 11 }), shape({ exit: 1 }));
    assert.equal(shape({ exit: 3 }, 'begins\na key is lost\n'), written[0]);
    assert.equal(shape({ exit: 1 }, '', 'a key is lost'), written[0]);
    assert.equal(shape({ exit: 1 }, 'socket 4 lacks it'), shape({ exit: 1 }, 'socket 5 lacks it'));
  });

  it('of a difference has what was open, not its number: a socket that is lost is no eventfd that is', () => {
    const [c] = parseScenarios('scenario: x\ntree: { pid: 100 }\ncriu: {}\n', 'x.yaml', KNOWN_NAMES).cases;
    const lost = (fd: number, before: string, after: string) => {
      const withFile = (text: string) => aCensus(aTask(100, { heldFacts: { [`open file ${fd}`]: text } }));
      const record = aRecord({ before: withFile(before), afterRestore: withFile(after) });
      return signFinding(c!, record, [{ property: 'restored-tree-matches-dump', message: '' }])!.shape;
    };
    const socket = lost(3, 'socket 1 (TCP established 1:2 to 3:4)', 'socket 1');
    assert.equal(lost(7, 'none', 'socket 2'), socket);
    const others = ['anon_inode:[eventfd], semaphore', 'pipe 1, 3 bytes', '/memfd:x (deleted)', '/run/a, position 3'];
    assert.equal(new Set([socket, ...others.map((text) => lost(3, text, 'none'))]).size, 5);
  });

  it('is that of the crash where tasks stay behind as well', () => {
    const text = 'scenario: x\ntree: { pid: 100 }\ncriu: {}\n';
    const [c] = parseScenarios(text, 'x.yaml', KNOWN_NAMES).cases;
    const violations = ['failed-restore-leaves-no-task', 'criu-never-crashes'].map((property) => ({
      property,
      message: '',
    }));
    assert.equal(signFinding(c!, undefined, violations)?.property, 'criu-never-crashes');
  });
});
