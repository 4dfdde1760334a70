/** A sandbox: namespaces and a cgroup of one case's own, with a small Debian as its root, in which commands are run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniqueName } from '../index.ts';
import { INNER, LOOP, quote, WARDEN } from './scripts.ts';

/** Milliseconds in which a sandbox is made. */
const START_LIMIT = 30_000;
/** Milliseconds in which all that is in a sandbox ends. */
const STOP_LIMIT = 30_000;
/** Milliseconds in which a command ends that was killed. It can wait for a task that the kernel cannot kill. */
const KILL_LIMIT = 10_000;
/** Milliseconds in which the kernel lets go of the cgroups of what has ended. */
const REMOVE_LIMIT = 2000;
/** The status of a command that SIGKILL has ended. */
const KILLED = 137;

/** What a command has printed, and how it ended. */
export interface Ended {
  /** Absent when it was ended by a signal, or at its limit. */
  readonly exit?: number;
  readonly signal?: number;
  readonly timedOut?: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly duration: number;
}

/** A command that was started. */
export interface Started {
  /** Its pid in the sandbox. */
  readonly pid: Promise<number>;
  readonly ended: Promise<Ended>;
}

export interface SandboxOptions {
  /** The unpacked Debian with the runtime. */
  readonly tree: string;
  /** The folders of unpacked CRIUs. */
  readonly criu?: string | undefined;
  readonly otherCriu?: string | undefined;
  /** Milliseconds in which all that is in it ends when it is stopped. Default: 30,000. */
  readonly stopLimit?: number;
}

interface Waiting {
  readonly onPid: (pid: number) => void;
  readonly onEnd: (status: number) => void;
}

/** The mount of cgroup v2; undefined where there is none. */
export function findCgroups(): string | undefined {
  return listMounts(/ - cgroup2 /)[0];
}

/**
 * The folders in which cgroups are made, that of v2 first: of each hierarchy of v1 the cgroup in which mktrouble is. In a hierarchy without
 * one of the case's own CRIU would save cgroups of others, and make those that it restores beside them.
 */
export function listCgroupFolders(): string[] {
  const v2 = findCgroups();
  if (v2 === undefined) return [];
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  const v1 = listMounts(/ - cgroup /).map((folder) => {
    const [controllers = ''] = /[^/]+$/.exec(folder) ?? [];
    return path.join(folder, new RegExp(`^\\d+:(?:name=)?${controllers}:(.*)$`, 'm').exec(own)?.[1] ?? '');
  });
  return [v2, ...v1];
}

function listMounts(kind: RegExp): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.filter((line) => kind.test(line)).map((line) => line.split(' ')[4]!);
}

export class Sandbox {
  readonly #warden: ChildProcess;
  readonly #cgroups: readonly string[];
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<void>;
  /** Its cgroups were removed, or cannot be: at once when the warden ends, which may be before this program is to end. */
  readonly #removed: Promise<void>;
  readonly #stopLimit: number;
  #isClosed = false;
  #init = 0;
  #next = 1;
  #said = '';

  private constructor(warden: ChildProcess, cgroups: readonly string[], stopLimit: number) {
    this.#warden = warden;
    this.#cgroups = cgroups;
    this.#stopLimit = stopLimit;
    this.#closed = new Promise((resolve) => {
      warden.once('close', () => {
        this.#isClosed = true;
        resolve();
      });
    });
    this.#removed = this.#closed.then(() => removeCgroups(cgroups));
    // What is written to one that has ended is lost.
    warden.stdin!.on('error', () => {});
    warden.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-2000);
    });
  }

  /** Makes one. Rejects, with what was printed, when this machine does not let it have its namespaces. */
  static async start({ tree, criu = '', otherCriu = '', stopLimit = STOP_LIMIT }: SandboxOptions): Promise<Sandbox> {
    const name = uniqueName('oci');
    const cgroups = listCgroupFolders().map((folder) => path.join(folder, name));
    const warden = spawn('sh', ['-c', WARDEN], {
      detached: true,
      env: {
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        CGROUPS: cgroups.join(' '),
        TREE: tree,
        CRIU: criu,
        OTHER_CRIU: otherCriu,
        INNER,
        LOOP,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const sandbox = new Sandbox(warden, cgroups, stopLimit);
    try {
      await sandbox.#ready();
      return sandbox;
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the sandbox cannot be made: ${why}`));
      const timer = setTimeout(() => fail(`not ready in ${START_LIMIT / 1000} s`), START_LIMIT);
      this.#warden.once('error', (error) => fail(error.message));
      void this.#closed.then(() => {
        clearTimeout(timer);
        fail(this.#said.trim() || 'it has ended');
        for (const id of [...this.#waiting.keys()]) this.#end(id, KILLED);
      });
      createInterface({ input: this.#warden.stdout! }).on('line', (line) => {
        const [word, first, second] = line.split(' ');
        if (word === 'ready') {
          clearTimeout(timer);
          this.#init = Number(first);
          resolve();
        } else if (word === 'pid') this.#waiting.get(Number(first))?.onPid(Number(second));
        else if (word === 'end') this.#end(Number(first), Number(second));
      });
    });
  }

  /** The path, seen from here, of a file of the sandbox. */
  inside(file: string): string {
    return path.join(`/proc/${this.#init}/root`, file);
  }

  /** A file of the sandbox; undefined where there is none. */
  read(file: string): Promise<string | undefined> {
    return readFile(this.inside(file), 'utf8').catch(() => undefined);
  }

  /**
   * Starts a shell command, of one line. `limit`: milliseconds, after which it and all that it started are killed. It is reported as ended 10 s
   * later at most, also when the kernel cannot kill it.
   */
  start(command: string, limit: number): Started {
    const id = this.#next++;
    const started = Date.now();
    let timedOut = false;
    let givenPid = (_: number): void => {};
    const pid = new Promise<number>((resolve) => {
      givenPid = resolve;
    });
    const ended = new Promise<Ended>((resolve) => {
      let late: NodeJS.Timeout | undefined;
      const timer = setTimeout(() => {
        timedOut = true;
        late = setTimeout(() => this.#end(id, KILLED), KILL_LIMIT);
        void pid.then((one) => (one > 0 ? this.#killAll(one) : undefined)).catch(() => {});
      }, limit);
      const onEnd = async (status: number): Promise<void> => {
        clearTimeout(timer);
        clearTimeout(late);
        const [stdout = '', stderr = ''] = await Promise.all([
          this.read(`/log/${id}.out`),
          this.read(`/log/${id}.err`),
        ]);
        resolve({
          ...(timedOut
            ? { timedOut: limit }
            : status > 128 && status < 193
              ? { signal: status - 128 }
              : { exit: status }),
          stdout,
          stderr,
          duration: Date.now() - started,
        });
      };
      this.#waiting.set(id, { onPid: givenPid, onEnd });
    });
    if (this.#isClosed) this.#end(id, KILLED);
    else this.#warden.stdin!.write(`${id} ${command}\n`);
    return { pid, ended };
  }

  /** A command has ended; what has not started has no pid. */
  #end(id: number, status: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.onPid(0);
    waiting?.onEnd(status);
  }

  /** Runs a program to its end. */
  run(words: readonly string[], limit: number): Promise<Ended> {
    return this.start(`exec ${words.map(quote).join(' ')}`, limit).ended;
  }

  /** Runs a shell script that does not fail: commands in lines of their own. */
  async script(text: string): Promise<void> {
    await writeFile(this.inside('/work/script'), text);
    await this.shell('sh -e /work/script');
  }

  /** Runs a shell command, of one line, that does not fail. */
  async shell(command: string): Promise<string> {
    const { exit, stdout, stderr } = await this.start(command, START_LIMIT).ended;
    if (exit !== 0) throw new Error(`${command}: ${stderr.trim()}`);
    return stdout;
  }

  /** Kills a process of the sandbox and those below it. */
  async #killAll(pid: number): Promise<void> {
    const children = new Map<number, number[]>();
    for (const one of readdirSync(this.inside('/proc')).map(Number).filter(Boolean)) {
      const stat = await this.read(`/proc/${one}/stat`);
      const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), one]);
    }
    const all = [pid];
    for (const one of all) all.push(...(children.get(one) ?? []));
    this.#warden.stdin!.write(`0 kill -KILL ${all.join(' ')}\n`);
  }

  /** Ends everything in it. A task that the kernel cannot kill is left to the warden, which ends with it. */
  async stop(): Promise<void> {
    this.#warden.stdin!.end();
    const late = new AbortController();
    const limit = sleep(this.#stopLimit, undefined, { signal: late.signal }).catch(() => {});
    await Promise.race([this.#closed, limit]);
    late.abort();
    // It must not keep this program running.
    for (const pipe of this.#warden.stdio) pipe?.destroy();
    this.#warden.unref();
    if (this.#isClosed) await this.#removed;
    else this.#cgroups.forEach(removeCgroup);
  }
}

async function removeCgroups(folders: readonly string[]): Promise<void> {
  for (const late = Date.now() + REMOVE_LIMIT; Date.now() < late; await sleep(20)) {
    const left = folders.filter((folder) => existsSync(folder));
    if (left.length === 0) return;
    left.forEach(removeCgroup);
  }
}

/** How a cgroup is thawed, in v1 and v2. */
const THAW = { 'freezer.state': 'THAWED', 'cgroup.freeze': '0' };

/** Removes what a warden that was killed has left, and thaws it first: what is frozen does not end. Ignores what cannot be removed. */
export function removeCgroup(folder: string): void {
  try {
    for (const [file, thawed] of Object.entries(THAW))
      if (existsSync(path.join(folder, file))) writeFileSync(path.join(folder, file), thawed);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) removeCgroup(path.join(folder, entry.name));
    rmdirSync(folder);
  } catch {
    // It is gone, or in use.
  }
}
