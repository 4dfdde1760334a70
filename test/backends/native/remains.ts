/** What agents from one cache folder leave behind on this machine. */
import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAbandoned, ownPrefix } from '../../../src/backends/host/names.ts';
import { cgroupFolder } from '../../../src/backends/native/cgroup.ts';
import { compileNativeAgent } from '../../../src/backends/native/compile.ts';

/** Milliseconds after which nothing may be left: the kernel clears a dead namespace away, a worker has to notice. */
const GRACE = 15_000;

/** A cache folder, whose name marks every process started from it, and the state of the machine before. */
export class Remains {
  readonly cache: string = mkdtempSync(path.join(tmpdir(), 'mktrouble-left-'));
  readonly cgroup: string | undefined = cgroupFolder();
  readonly #cgroupsBefore = this.#cgroups();
  readonly #mounts = mounts();
  readonly #shared = shared();

  /** The agent's program in this folder: that of the usual one, copied. */
  async program(): Promise<string> {
    const compiled = await compileNativeAgent();
    const copy = path.join(this.cache, path.basename(compiled));
    mkdirSync(this.cache, { recursive: true });
    copyFileSync(compiled, copy);
    return copy;
  }

  /** Fails when a process, a cgroup, a mount or shared memory of ours still exists after the grace period. */
  async nothing(): Promise<void> {
    const deadline = Date.now() + GRACE;
    while (Date.now() < deadline && !this.#isClear()) await sleep(20);
    assert.deepEqual(findProcesses(this.cache), [], 'no process is left');
    assert.deepEqual(this.#newCgroups(), [], 'no cgroup is left');
    assert.equal(mounts(), this.#mounts, 'no mount is left');
    assert.deepEqual(this.#newShared(), [], 'no shared memory is left');
  }

  remove(): void {
    rmSync(this.cache, { recursive: true });
  }

  #isClear(): boolean {
    const left = findProcesses(this.cache).length + this.#newCgroups().length + this.#newShared().length;
    return left === 0 && mounts() === this.#mounts;
  }

  /** Cgroups of this process and of processes that have ended: others may be testing at the same time. */
  #cgroups(): string[] {
    const own = ownPrefix('native');
    return this.cgroup === undefined
      ? []
      : readdirSync(this.cgroup).filter((name) => name.startsWith(own) || isAbandoned(name));
  }

  #newCgroups(): string[] {
    return this.#cgroups().filter((name) => !this.#cgroupsBefore.includes(name));
  }

  #newShared(): string[] {
    return shared().filter((name) => !this.#shared.includes(name));
  }
}

/** Pids of all processes with this in the command line (which forked tasks inherit) or the environment. */
export function findProcesses(mark: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && ['cmdline', 'environ'].some((name) => says(pid, name, mark)));
}

/** Pids of all processes that run a program of this folder. */
export function findPrograms(folder: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && readProgram(pid).startsWith(folder));
}

function readProgram(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

function says(pid: number, name: string, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8').includes(mark);
  } catch {
    return false;
  }
}

/** SIGKILL; to one that is gone already it is none. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

function shared(): string[] {
  return existsSync('/dev/shm') ? readdirSync('/dev/shm') : [];
}

function mounts(): string {
  return readFileSync('/proc/self/mounts', 'utf8');
}
