/** The words for CRIU: loaded with their defaults, checked, and written again. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { PLAIN_CRIU } from '../../src/model/criu.ts';
import { declaredFaults } from '../../src/model/declared.ts';
import { SYSCALL_NAMES } from '../../src/model/syscalls.ts';
import { parseScenarios, writeScenario } from '../../src/scenario/index.ts';
import { mistakesIn } from './support.ts';

const HEAD =
  'scenario: A\ntree: { pid: 100, children: [{ pid: 101, stopped: true, pending: [SIGUSR1], memory: 64 }] }\n';

function load(text: string) {
  return parseScenarios(`${HEAD}${text}`, 'a.yaml');
}

const mistakes = (text: string): string => mistakesIn(load(text));

describe('the criu section', () => {
  it('has a default for everything', () => assert.deepEqual(load('criu: {}').cases[0]?.criu, PLAIN_CRIU));

  it('names which of its words need not take effect', () => {
    const [c] = load(
      'criu: { script-fails: pre-dump, taken: 103, dump-limits: { files: 9 }, optional: [taken, dump-limits] }',
    ).cases;
    assert.deepEqual(
      declaredFaults(c!).map(({ name, optional }) => [name, optional]),
      [
        ['criu.script-fails.0', false],
        ['criu.taken.0', true],
        ['criu.dump-limits', true],
      ],
    );
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c!.criu);
  });

  it('may name a stage that is never reached where the script need not fail', () => {
    const words = 'script-fails: setup-namespaces';
    assert.match(mistakes(`criu: { ${words} }`), /never fails at setup-namespaces/);
    assert.equal(mistakes(`criu: { ${words}, optional: script-fails }`), '');
  });

  it('refuses a moment, and a fault, that CRIU never has', () => {
    const c = 'criu: {}\n';
    assert.match(mistakes(`${c}faults: [{ kill: 101, when: any }]`), /stage of CRIU/);
    assert.match(mistakes(`${c}faults: [{ kill: 101 }]`), /when is missing/);
    assert.match(mistakes(`${c}faults: [{ kill: 101, when: start }]`), /stage of CRIU/);
    assert.match(mistakes(`${c}faults: [{ wake: 101, when: { criu: pre-dump } }]`), /CRIU has no fault wake/);
    assert.equal(mistakes(`${c}faults: [{ kill: 101, when: { criu: pre-dump } }]`), '');
  });

  it('may have several restores at one time, where the last round has one that they can be beside', () => {
    const [c] = load('criu: { parallel: 3 }').cases;
    assert.equal(c!.criu!.parallel, 3);
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c!.criu);
    assert.match(mistakes('criu: { parallel: 2, rounds: [dump] }'), /no restore/);
    assert.match(mistakes('criu: { parallel: 2, interface: rpc }'), /command line/);
    assert.match(mistakes('criu: { parallel: 2, lazy-pages: true }'), /one restore/);
    assert.match(mistakes('criu: { parallel: 1 }'), /number of restores/);
  });

  it('may have every system call of one kind, in its order', () => {
    assert.match(
      mistakes('criu: { syscalls: { of: dump, call: read, every: true, number: 2, errno: EINTR } }'),
      /each of them/,
    );
    const one = '{ of: dump, call: read, every: true, errno: EINTR }';
    assert.match(mistakes(`criu: { syscalls: [${one}, ${one}] }`), /every pair/);
    assert.match(mistakes('criu: { syscalls: { of: dump, call: read, outcomes: EINTR } }'), /one way/);
    assert.match(mistakes('criu: { syscalls: { of: dump, every: true, outcomes: EINTR, errno: EINTR } }'), /outcomes/);
    assert.match(mistakes('criu: { syscalls: { of: dump, errno: EINTR } }'), /call is missing/);
    assert.match(mistakes('criu: { syscalls: { of: dump, every: true, outcomes: [EINTER] } }'), /EINTR/);
  });

  it('loads as it was written, however it was written', () => {
    const text = `criu:
  namespace: own
  namespaces: [uts, ipc]
  fault-point: { of: dump, number: 3 }
  script-fails: [pre-resume, post-resume]
  taken: 101
  cgroup: { version: 1, memory: 67108864, pids: 50, cpu: 50 }
  freezer: { fault: thaw, after: post-dump, optional: true }
  peer: { fault: reset, after: pre-restore, optional: true }
  rounds: [pre-dump, dump, restore]
  pre-dump-limits: { disk: 8192 }
  dump-limits: { files: 10, file-size: 4096, disk: 65536 }
  restore-limits: { pids: 3 }
  page-server: { fault: cut, after: 4096, optional: true }
  lazy-pages: { fault: delay, after: post-restore }
  syscalls: [{ of: restore, call: clone3, number: 2, errno: ENOMEM }, { of: dump, call: all, signal: SIGKILL }, { of: dump, every: true, outcomes: [EMFILE, short] }]
  images:
    - { task: 1, set: { ppid: 999, threads: [101, 101] } }
    - { file: core-101, missing: true }
    - { file: mm-100, truncate: -3 }
    - { file: files, extend: 4 }
    - { file: ids-100, at: 9, xor: 1 }
    - { file: pstree, drop: 1 }
    - { file: pstree, repeat: 0 }
    - { file: core-100, record: 0, field: [3, 1], value: 7 }
    - { file: mm-100, field: [14, 2], nth: [3, 0], value: absent }
    - { task: 2, set: { ppid: absent } }
    - { mutate: core, seed: 7, changes: 2 }
    - { mutate: any, seed: a b }
  repeat: 4
  limit: 900
faults: [{ signal: SIGTERM, to: 101, when: { criu: pre-resume } }]
`;
    const { cases, diagnostics } = load(text);
    assert.deepEqual(diagnostics, []);
    const [c] = cases;
    assert.equal(c?.criu?.images.length, 12);
    assert.deepEqual(c?.criu?.images.slice(-2), [
      { kind: 'mutate', target: 'core', seed: '7', changes: 2 },
      { kind: 'mutate', target: 'any', seed: 'a b', changes: 1 },
    ]);
    assert.deepEqual(c?.faults[0]?.when, { kind: 'criu', at: 'pre-resume' });
    const again = parseScenarios(writeScenario(c!), 'a.yaml').cases[0];
    assert.deepEqual(again?.criu, c?.criu);
    assert.deepEqual(again?.tasks, c?.tasks);
    assert.deepEqual(again?.restart, c?.restart);
  });

  it('of a program of the user’s may be left out', () => {
    const { cases } = parseScenarios('scenario: A\ntree: { pid: 100 }\nsubject: { command: [sleep, "1"] }', 'a.yaml');
    assert.deepEqual(cases[0]?.subject, { command: ['sleep', '1'], cwd: '.', env: {}, files: [] });
    assert.deepEqual(cases[0]?.criu, PLAIN_CRIU);
    assert.deepEqual(parseScenarios(writeScenario(cases[0]!), 'a.yaml').cases[0]?.subject, cases[0]?.subject);
  });

  it('says what is wrong with a change of an image, with its line', () => {
    assert.match(mistakes('criu: { images: { file: pstree } }'), /^3: .*exactly one/);
    assert.match(mistakes('criu: { images: { file: pstree, set: { pid: 1 } } }'), /task/);
    assert.match(mistakes('criu: { images: { missing: true } }'), /file/);
    assert.match(mistakes('criu: { images: { file: mm-100, field: [1] } }'), /value/);
    assert.match(mistakes('criu: { images: { mutate: core, file: core-100 } }'), /mutate/);
    assert.match(mistakes('criu: { images: { mutate: core, xor: 1 } }'), /exactly one/);
    assert.match(mistakes('criu: { images: { file: core-100, xor: 1, seed: 7 } }'), /seed belongs to mutate/);
    assert.match(mistakes('criu: { images: { mutate: core, changes: 0 } }'), /changes/);
    assert.match(mistakes('criu: { images: { file: mm-100, field: [1], nth: [0, 1], value: 1 } }'), /nth/);
    assert.match(mistakes('criu: { syscalls: { of: dump, call: read } }'), /errno|signal/);
    assert.match(mistakes('criu: { script-fails: pre-dmup }'), /pre-dmup/);
  });

  it('has a page server and a lazy-pages daemon, and says what cannot happen to them', () => {
    const [c] = load('criu: { page-server: true, lazy-pages: false }').cases;
    assert.deepEqual(c?.criu, { ...PLAIN_CRIU, servers: { dump: {} } });
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c?.criu);
    const hit = load(
      'criu: { page-server: { fault: kill, after: 0 }, lazy-pages: { fault: kill, after: pre-resume } }',
    );
    assert.deepEqual(
      declaredFaults(hit.cases[0]!).map(({ name, title, call }) => [name, title, call]),
      [
        ['criu.page-server', 'kill of the page server after 0 bytes', 'dump'],
        ['criu.lazy-pages', 'kill of the lazy-pages daemon after pre-resume', 'restore'],
      ],
    );
    assert.match(mistakes('criu: { page-server: { fault: kill } }'), /after/);
    assert.match(mistakes('criu: { page-server: { fault: burn, after: 3 } }'), /burn|fault/);
    assert.match(
      mistakes('criu: { page-server: { fault: kill, after: post-dump } }'),
      /^3: after post-dump there is no/,
    );
    assert.match(mistakes('criu: { page-server: { fault: cut, after: pre-dump } }'), /number of bytes/);
    assert.match(mistakes('criu: { lazy-pages: { fault: kill, after: 100 } }'), /after a stage/);
    assert.match(mistakes('criu: { lazy-pages: { fault: stop, after: post-restore } }'), /stops all that reads/);
  });

  it('may call CRIU by RPC, with the options that a request can have', () => {
    const words = 'interface: rpc, options: { ghost-limit: 1M, manage-cgroups: soft, leave-running: false }';
    const [c] = load(`criu: { ${words} }`).cases;
    assert.equal(c?.criu?.interface, 'rpc');
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c?.criu);
    assert.equal(load('criu: { interface: command-line }').cases[0]?.criu?.interface, undefined);
    const refused = (options: string) => mistakes(`criu: { interface: rpc, ${options} }`);
    assert.match(refused('restore-options: { pidfile: pid }'), /^3: the RPC of CRIU has no counterpart of --pidfile/);
    assert.match(refused('options: { manage-cgroups: some }'), /ignore, none, props/);
    assert.match(refused('options: { ghost-limit: much }'), /number of bytes/);
    assert.match(mistakes('criu: { interface: grpc }'), /interface of CRIU/);
  });

  it('may have a second CRIU, where that has something to work on', () => {
    const [c] = load('criu: { rival: { call: dump, at: post-dump } }').cases;
    assert.deepEqual(c?.criu?.rival, { call: 'dump', at: 'post-dump' });
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c?.criu);
    const refused = (words: string) => mistakes(`criu: { ${words} }`);
    assert.match(refused('rival: { call: restore, at: pre-dump }'), /^3: at pre-dump there is nothing .* can restore/);
    assert.match(refused('rival: { call: dump, at: post-resume }'), /^3: at post-resume there is nothing/);
    assert.match(refused('rival: { call: dump, at: post-dump }, dump-options: { leave-running: true }'), /both may/);
    assert.match(refused('rival: { call: dump, at: pre-resume }, rounds: [dump]'), /the last round has no restore/);
    assert.match(refused('rival: { call: restore, at: post-dump }, namespace: own'), /does not meet/);
    assert.match(refused('rival: { call: restore, at: pre-restore }, parallel: 2'), /rivals of each other/);
    assert.match(refused('rival: { call: dumb, at: post-dump }'), /did you mean dump/);
  });

  it('may have a second CRIU that is killed, stopped or delayed after a stage of its own', () => {
    const rival = 'call: restore, at: pre-restore';
    const [c] = load(`criu: { rival: { ${rival}, fault: kill, after: post-resume } }`).cases;
    assert.deepEqual(c?.criu?.rival?.after, 'post-resume');
    assert.deepEqual(parseScenarios(writeScenario(c!), 'a.yaml').cases[0]?.criu, c?.criu);
    const refused = (words: string) => mistakes(`criu: { rival: { ${rival}, ${words} } }`);
    assert.match(refused('fault: kill, after: post-dump'), /no stage post-dump[\s\S]*pre-restore, post-restore/);
    assert.match(refused('fault: kill'), /after/);
    assert.match(refused('after: pre-restore'), /fault/);
    assert.match(
      mistakes('criu: { rival: { call: pre-dump, at: pre-dump, fault: kill, after: pre-dump } }'),
      /no stage/,
    );
  });

  it('knows the system calls of Linux by name', () => {
    const one = (words: string) => mistakes(`criu: { syscalls: { of: dump, errno: ENOMEM, ${words} } }`);
    assert.match(one('call: opneat'), /opneat[\s\S]*did you mean openat/);
    assert.equal(one('call: openat, number: 70000, after: pre-dump'), '');
    assert.match(one('call: openat, number: 0'), /number/);
    assert.match(one('call: openat, after: post-restore'), /post-restore[\s\S]*pre-dump, [\s\S]*post-dump/);
  });

  it('has the system calls of the agent, which has their numbers', function () {
    const header = readFileSync('src/backends/criu/agent/syscalls.h', 'utf8');
    const numbers = new Map(
      [...header.matchAll(/^CALL\((\w+), (-?\d+), -?\d+\)$/gm)].map(([, name, x86]) => [name, x86]),
    );
    assert.equal(numbers.size, header.match(/^CALL/gm)?.length);
    const without = SYSCALL_NAMES.filter((name) => !numbers.has(name));
    assert.deepEqual([...numbers.keys(), ...without].sort(), [...SYSCALL_NAMES].sort());
    // Of 32-bit machines only.
    for (const name of without) assert.match(name, /64$|^(fstatat|llseek|mmap2|sync_file_range2|fadvise64_64)$/);
    const system = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
    if (!existsSync(system)) {
      console.log(`      skipped: the comparison with ${system}, which is missing`);
      return this.skip();
    }
    for (const [, name, number] of readFileSync(system, 'utf8').matchAll(/^#define __NR_(\w+) (\d+)$/gm))
      if (numbers.has(name!)) assert.equal(numbers.get(name!), number, name);
  });
});
