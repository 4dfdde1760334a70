/**
 * Leftovers of each kind: a call of CRIU that fails and leaves one violates the property, and the same call without it does not. What
 * CRIU leaves by itself is shown by leftovers.test.ts too; here a program in its place leaves exactly one thing, and is CRIU then.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import { locateCriu } from '../../../src/backends/criu/locate.ts';
import { uniqueName } from '../../../src/backends/host/names.ts';
import { runCase } from '../../../src/injector/index.ts';
import type { Verdict } from '../../../src/record/verdict.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { verdictOn } from './programs.ts';

const SLEEPS = 'command: [sleep, "1000"]';
/** A connection that has lost its other end, which vanished in repair mode. */
const ORPHANED = `python3 -c "
import socket, time
s = socket.create_server(('127.0.0.1', 8126))
c = socket.create_connection(('127.0.0.1', 8126))
a, _ = s.accept()
c.close()
while a.recv(1): pass
time.sleep(0.1)
a.setsockopt(socket.IPPROTO_TCP, 19, 1)
a.close()"`;
const BOUND = `python3 -c "import socket; socket.socket(socket.AF_UNIX).bind('left')"`;

interface Row {
  readonly what: string;
  /** As the message has them: the kind, and the thing. */
  readonly seen: RegExp;
  /** What the shell that stands before CRIU does. */
  readonly leaves: string;
  readonly of: 'dump' | 'restore';
  /** Programs without which the row is skipped. */
  readonly needs?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'a mount',
    seen: /mounts added: tmpfs .* at \S*left/,
    leaves: 'mkdir left; mount -t tmpfs none left',
    of: 'dump',
  },
  {
    what: 'a folder for its own work',
    seen: /files added: .*\.criu\.cgyard\.X/,
    leaves: 'mkdir .criu.cgyard.X',
    of: 'dump',
  },
  { what: 'a link to a deleted file', seen: /files added: .*link_remap\.7/, leaves: 'touch link_remap.7', of: 'dump' },
  { what: 'a ghost file', seen: /files added: .*\.cr\.1\.ghost/, leaves: 'touch left.cr.1.ghost', of: 'restore' },
  { what: 'a pid file', seen: /files added: .*left\.pid/, leaves: 'echo 100 > left.pid', of: 'restore' },
  { what: 'a FIFO', seen: /files added: .*left/, leaves: 'mkfifo left', of: 'restore' },
  { what: 'POSIX shared memory', seen: /files added: \/dev\/shm\/left/, leaves: 'echo > /dev/shm/left', of: 'restore' },
  { what: 'a socket with a path', seen: /files added: .*left/, leaves: BOUND, of: 'restore', needs: ['python3'] },
  {
    what: 'a POSIX message queue',
    seen: /POSIX message queues added: .*left/,
    leaves: 'touch /run/mktrouble/mqueue/left',
    of: 'restore',
  },
  {
    what: 'a System V shared memory segment',
    seen: /System V IPC objects added: a shared memory/,
    leaves: 'ipcmk -M 4096',
    of: 'restore',
    needs: ['ipcmk'],
  },
  {
    what: 'a System V semaphore set',
    seen: /System V IPC objects added: a semaphore set/,
    leaves: 'ipcmk -S 2',
    of: 'restore',
    needs: ['ipcmk'],
  },
  {
    what: 'a System V message queue',
    seen: /System V IPC objects added: a message queue/,
    leaves: 'ipcmk -Q',
    of: 'restore',
    needs: ['ipcmk'],
  },
  {
    what: 'a rule of the packet filter',
    seen: /packet filter rules added: .*drop/i,
    leaves:
      'nft add table inet CRIU-7; nft add chain inet CRIU-7 out "{ type filter hook output priority 0; }"; nft add rule inet CRIU-7 out tcp dport 9 drop',
    of: 'dump',
    needs: ['nft'],
  },
  {
    what: 'a connection of no process',
    seen: /TCP connections of no process added: FIN_WAIT2 .* to port 8126/,
    leaves: ORPHANED,
    of: 'restore',
    needs: ['python3'],
  },
  {
    what: 'an address of an interface',
    seen: /network interfaces added: lo 10\.9\.9\.9/,
    leaves: 'ip addr add 10.9.9.9/32 dev lo',
    of: 'restore',
    needs: ['ip'],
  },
  {
    what: 'an interface that is down',
    seen: /network interfaces .*lo down/,
    leaves: 'ip link set lo down',
    of: 'restore',
    needs: ['ip'],
  },
  {
    what: 'another host name',
    seen: /host names added: left/,
    leaves: 'echo left > /proc/sys/kernel/hostname',
    of: 'restore',
  },
  {
    what: 'a process of CRIU',
    seen: /processes of CRIU added/,
    leaves:
      'cp "$(command -v sleep)" /run/mktrouble/home/criu; setsid /run/mktrouble/home/criu 1000 &\nwhile ! [ "$(readlink /proc/$!/exe)" = /run/mktrouble/home/criu ]; do :; done; rm /run/mktrouble/home/criu',
    of: 'dump',
    needs: ['setsid'],
  },
];

/** What is changed in objects of task 100: the kind of change, the message, and the calls in Python. */
const CHANGED: readonly (readonly [string, RegExp, string])[] = [
  [
    'shared memory with other contents',
    /shared memory segment .*checksum .*removed: a shared memory segment/,
    'c.shmat.restype = ctypes.c_void_p; ctypes.memset(c.shmat(c.shmget(100, 0, 0), None, 0), 7, 1)',
  ],
  ['a semaphore with another value', /values 9 5.*removed: .*values 0 5/, 'c.semctl(c.semget(100, 0, 0), 0, 16, 9)'],
  [
    'a message queue without its message',
    /message queue .*0 bytes of .*removed: .* in 1 messages/,
    'c.msgrcv(c.msgget(100, 0), ctypes.create_string_buffer(64), 56, 0, 0)',
  ],
  [
    'a POSIX message queue without its message',
    /POSIX message queues added: .*mktrouble-100 with 0 bytes; .*removed: .*with 14 bytes/,
    "c.mq_receive(c.mq_open(b'/mktrouble-100', 0), ctypes.create_string_buffer(64), 64, None)",
  ],
];

const V1_FREEZER = '/sys/fs/cgroup/freezer';

describe('Leftovers of each kind', function () {
  this.timeout(120_000);
  this.slow(3_000);
  let folder: Folder;
  let command: readonly string[];
  before(async function () {
    const backend = criu({ allowCommands: true });
    await skipWithout(backend, this);
    await backend.dispose();
    folder = temporaryFolder();
    const here = await locateCriu();
    assert.ok(typeof here !== 'string');
    command = here.command;
  });
  after(() => folder?.remove());

  /** A program that does something at one of CRIU's calls and is CRIU then; `after`: CRIU first. */
  function inPlaceOfCriu(of: string, leaves: string, after = ''): string {
    const program = path.join(folder.path, 'criu');
    const real = command.map((word) => `'${word}'`).join(' ');
    const then = after === '' ? `exec ${real} "$@"` : `${real} "$@"\ncode=$?\n[ "$1" = ${of} ] && ${after}\nexit $code`;
    writeFileSync(program, `#!/bin/sh\nif [ "$1" = ${of} ]; then\n${leaves}\nfi\n${then}\n`);
    chmodSync(program, 0o755);
    return program;
  }

  async function verdictWith(program: string, of: Row['of'], subject = SLEEPS, more = ''): Promise<Verdict> {
    const backend: CriuBackend = criu({ allowCommands: true, criu: program });
    const fails = of === 'dump' ? 'post-dump' : 'pre-restore';
    try {
      return await verdictOn(
        backend,
        subject,
        `criu: { script-fails: ${fails}${more} }\nexpect: { coordinator: failed }\n`,
      );
    } finally {
      await backend.dispose();
    }
  }

  for (const of of ['dump', 'restore'] as const)
    it(`none after a ${of} that fails and leaves nothing`, async () => {
      const { status, violations, reason } = await verdictWith(inPlaceOfCriu(of, ':'), of);
      assert.equal(status, 'pass', JSON.stringify([violations, reason]));
    });

  for (const { what, seen, leaves, of, needs = [] } of ROWS)
    it(`${what}, left by a ${of}`, async function () {
      const missing = needs.find((name) => !isThere(name));
      if (missing !== undefined) return this.test!.skip();
      const { violations, reason } = await verdictWith(inPlaceOfCriu(of, leaves), of);
      const property = `failed-${of}-leaves-nothing-behind`;
      const found = violations.find((violation) => violation.property === property);
      assert.match(`${found?.message}`, seen, JSON.stringify([violations, reason]));
      return undefined;
    });

  for (const [what, seen, changes] of CHANGED)
    it(`${what}, by a dump that fails`, async function () {
      if (!isThere('python3')) return this.test!.skip();
      const program = inPlaceOfCriu(
        'dump',
        `python3 -c "import ctypes; c = ctypes.CDLL(None, use_errno=True); ${changes}"`,
      );
      const backend: CriuBackend = criu({ criu: program });
      const text =
        'scenario: A\ntree: { pid: 100, resources: [sysv-memory, sysv-semaphores, sysv-queue, posix-queue] }\ncriu: { script-fails: pre-dump }\n';
      try {
        const { violations, reason } = await runCase(parseScenarios(text, 'a.yaml').cases[0]!, { backend });
        const found = violations.find(({ property }) => property === 'failed-dump-leaves-nothing-behind');
        assert.match(`${found?.message}`, seen, JSON.stringify([violations, reason]));
      } finally {
        await backend.dispose();
      }
      return undefined;
    });

  it('a frozen cgroup, left by a dump; it is thawed at the end of the case', async function () {
    if (process.geteuid?.() !== 0 || !existsSync(`${V1_FREEZER}/cgroup.procs`)) {
      console.log('      needs root and the freezer of cgroup v1');
      this.skip();
    }
    const cgroup = `${V1_FREEZER}/${uniqueName('frozen')}`;
    mkdirSync(cgroup);
    try {
      const program = inPlaceOfCriu('dump', ':', `echo FROZEN > ${cgroup}/freezer.state`);
      const subject = `command: [sh, -c, "echo $$ > ${cgroup}/cgroup.procs; exec sleep 1000"]`;
      const { violations, reason } = await verdictWith(program, 'dump', subject);
      const found = violations.find(({ property }) => property === 'failed-dump-leaves-nothing-behind');
      assert.match(`${found?.message}`, /frozen cgroups added: /, JSON.stringify([violations, reason]));
    } finally {
      rmdirSync(cgroup);
    }
  });
});

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`      ${program} is not installed`);
    return false;
  }
}
