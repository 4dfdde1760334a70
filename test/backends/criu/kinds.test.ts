/** What is read of a process from outside: its mappings, the contents of its memory, its open files. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { FactReader } from '../../../src/backends/census/index.ts';
import { type Mapping, parseMappings } from '../../../src/backends/census/mappings.ts';
import { Memory } from '../../../src/backends/census/memory.ts';

/** A block of smaps. */
function block(range: string, access: string, name: string, flags: string, offset = '0'): string {
  return `${range} ${access} ${offset} 00:01 7 ${name}\nRss: 8 kB\nAnonymous: 4 kB\nSwap: 0 kB\nVmFlags: ${flags} \n`;
}

describe('mappings', () => {
  it('beside each other that differ in nothing are one, and others are not', () => {
    const same = block('1000-2000', 'rw-p', '', 'rd wr') + block('2000-3000', 'rw-p', '', 'rd wr sd');
    assert.deepEqual(
      parseMappings(same).map(({ start, end, resident }) => [start, end, resident]),
      [[0x1000, 0x3000, 16]],
    );
    for (const other of [
      block('2000-3000', 'r--p', '', 'rd wr'),
      block('2000-3000', 'rw-p', '', 'rd wr dd'),
      block('2000-3000', 'rw-p', '[heap]', 'rd wr'),
      block('3000-4000', 'rw-p', '', 'rd wr'),
    ]) {
      assert.equal(parseMappings(block('1000-2000', 'rw-p', '', 'rd wr') + other).length, 2, other);
    }
  });

  it('of a file are one only where the second continues the first', () => {
    const first = block('1000-2000', 'r--p', '/a', 'rd', '5000');
    assert.equal(parseMappings(first + block('2000-3000', 'r--p', '/a', 'rd', '6000')).length, 1);
    assert.equal(parseMappings(first + block('2000-3000', 'r--p', '/a', 'rd', '5000')).length, 2);
  });
});

const PROGRAM = `
import mmap, os, sys, time
m = mmap.mmap(-1, 4 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
q = mmap.mmap(-1, 1 << 16, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
s = mmap.mmap(-1, 1 << 20)
f = open('file', 'w+b'); f.truncate(1 << 20)
p = mmap.mmap(f.fileno(), 1 << 20, mmap.MAP_PRIVATE)
f.write(b'text'); f.flush()
f.truncate(1 << 20)
print('ready', flush=True)
for line in sys.stdin:
  exec(line)
  print('done', flush=True)
`;

describe('the facts of a process', function () {
  this.timeout(60_000);
  let child: ChildProcess;
  let folder: string;
  let said: Interface;

  before(async function () {
    if (process.platform !== 'linux') {
      console.log('      skipped: there is no /proc');
      return this.skip();
    }
    folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-kinds-'));
    child = spawn('python3', ['-c', PROGRAM], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    // By lines: a line may come in pieces.
    said = createInterface(child.stdout!);
    const started = await new Promise((resolve) => {
      child.once('error', () => resolve(false));
      said.once('line', () => resolve(true));
    });
    if (!started) {
      console.log('skipped: there is no python3');
      this.skip();
    }
  });

  after(() => {
    child?.kill('SIGKILL');
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Makes the program execute a statement. */
  async function execute(statement: string): Promise<void> {
    const done = once(said, 'line');
    child.stdin!.write(`${statement}\n`);
    await done;
  }

  function read(): Record<string, string> {
    const reader = new FactReader({ proc: '/proc', isHeld: true, holes: new Map() });
    const { steady, held, threads } = reader.read(child.pid!, [child.pid!]);
    return { ...steady, ...held, ...threads.get(child.pid!) };
  }

  /** The names of the facts that a statement changes; what lies at an address counts by its kind. */
  async function changedBy(statement: string): Promise<string[]> {
    await execute('pass');
    const before = read();
    await execute(statement);
    const after = read();
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.filter((name) => before[name] !== after[name]);
  }

  it('are the same while nothing happens', () => assert.deepEqual(read(), read()));

  for (const [what, statement, fact] of [
    ['the umask', 'os.umask(0o77)', /^umask$/],
    ['the working folder', "os.chdir('/')", /^working folder$/],
    ['a limit', 'import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (99, 100))', /^limit Max open files$/],
    ['the timer slack', "open('/proc/self/timerslack_ns', 'w').write('777')", /^timer slack$/],
    ['the nice value', 'os.nice(3)', /^nice$/],
    ['an ignored signal', 'import signal; signal.signal(10, signal.SIG_IGN)', /^ignored signals$/],
    ['an open file', "g = open('/dev/zero')", /^(open file|flags of \/dev\/zero) \d+$/],
    ['a position', 'f.seek(77)', /^open file \d+$/],
    ['flags of a file', 'os.set_blocking(f.fileno(), False)', /^flags of .*file \d+$/],
    [
      'protection',
      'import ctypes; ctypes.CDLL(None).mprotect(ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(q))), 4096, 1)',
      /^(mapping|contents) /,
    ],
  ] as const) {
    it(`have ${what}`, async () => {
      const changed = await changedBy(statement);
      assert.ok(
        changed.some((name) => fact.test(name)),
        `changed: ${changed.join(', ')}`,
      );
    });
  }

  /** The checksums of the mappings of the program, by the names that it has for them. */
  function sums(): Record<'m' | 's' | 'p', string | undefined> {
    const mappings = parseMappings(readFileSync(`/proc/${child.pid}/smaps`, 'latin1'));
    const memory = new Memory(`/proc/${child.pid}`);
    const sum = (isOne: (mapping: Mapping) => boolean) => memory.checksum(mappings.find(isOne)!);
    try {
      return {
        m: sum(({ start, end, access }) => access === 'rw-p' && end - start >= 4 << 20),
        s: sum(({ name }) => name.startsWith('/dev/zero')),
        p: sum(({ name }) => name.endsWith('/file')),
      };
    } finally {
      memory.close();
    }
  }

  for (const [what, one, statement] of [
    ['memory of its own', 'm', 'm[123456] = 7'],
    ['shared memory', 's', 's[4567] = 7'],
    ['a page of a private mapping of a file', 'p', 'p[70000] = 7'],
  ] as const) {
    it(`have the contents of ${what}, and each place counts`, async () => {
      const before = sums();
      await execute(statement);
      const after = sums();
      await execute(statement.replace(/\d+\] = 7/, '99] = 8'));
      const later = sums();
      assert.equal(new Set([before[one], after[one], later[one]]).size, 3);
      for (const other of ['s', 'p'] as const) if (other !== one) assert.equal(after[other], before[other]);
    });
  }

  it('do not have pages that were only touched', async () => {
    const before = sums();
    await execute('s[900000] = 0; p[500000] = 0');
    assert.deepEqual({ ...sums(), m: before.m }, before);
  });

  it('leave out what the kernel writes itself', async () => {
    const [mapping] = parseMappings(readFileSync(`/proc/${child.pid}/smaps`, 'latin1')).filter(
      ({ name, anonymous }) => name === '[stack]' && anonymous > 0,
    );
    const hole = { start: mapping!.start, bytes: mapping!.end - mapping!.start };
    const whole = new Memory(`/proc/${child.pid}`);
    const without = new Memory(`/proc/${child.pid}`, [hole]);
    assert.match(whole.checksum(mapping!) ?? '', /^[0-9a-f]{8}$/);
    assert.equal(without.checksum(mapping!), undefined);
    whole.close();
    without.close();
  });
});
