/** A sandbox: namespaces and a cgroup of one case's own, with a small Debian as its root, in which commands are run. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { patiently, uniqueName } from '../index.ts';
import { listCgroupFolders, listV1, removeCgroup, removeCgroups } from './cgroups.ts';
import { INNER, LOOP, quote, WARDEN } from './scripts.ts';

/** Milliseconds in which a sandbox is made. */
const START_LIMIT = 30_000;
/** Milliseconds in which all that is in a sandbox ends. */
const STOP_LIMIT = 30_000;
/** Milliseconds in which a command ends that was killed. It can wait for a task that the kernel cannot kill. */
const KILL_LIMIT = 10_000;
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
  /** The runtime sees the cgroup v1 hierarchies too, as in the hybrid layout; otherwise only that of v2. */
  readonly hasV1?: boolean;
  /** Milliseconds in which all that is in it ends when it is stopped. Default: 30,000. */
  readonly stopLimit?: number;
}

interface Waiting {
  readonly onPid: (pid: number) => void;
  readonly onEnd: (status: number) => void;
}

export class Sandbox {
  readonly #warden: ChildProcess;
  readonly #cgroups: readonly string[];
  readonly #waiting = new Map<number, Waiting>();
  readonly #closed: Promise<void>;
  /** Its cgroups were removed, or cannot be: at once when the warden ends, which may be before this program is to end. */
  readonly #removed: Promise<void>;
  readonly #stopLimit: number;
  /** Whether the runtime sees the cgroup v1 hierarchies. */
  readonly hasV1: boolean;
  #isClosed = false;
  #init = 0;
  #next = 1;
  #said = '';

  private constructor(warden: ChildProcess, cgroups: readonly string[], stopLimit: number, hasV1: boolean) {
    this.hasV1 = hasV1;
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
  static async start({
    tree,
    criu = '',
    otherCriu = '',
    hasV1 = false,
    stopLimit = STOP_LIMIT,
  }: SandboxOptions): Promise<Sandbox> {
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
        V1: hasV1 ? listV1().join(' ') : '',
        INNER,
        LOOP,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const sandbox = new Sandbox(warden, cgroups, stopLimit, hasV1);
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
      const limit = patiently(START_LIMIT);
      const timer = setTimeout(() => fail(`not ready in ${limit / 1000} s`), limit);
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

  /** The pid here of its init; 0 before it is ready. */
  get init(): number {
    return this.#init;
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
   * Starts a shell command, of one line. `usual`: milliseconds, and where more patience is asked for more, after which it and all that it started are killed. It is reported as ended 10 s
   * later at most, also when the kernel cannot kill it.
   */
  start(command: string, usual: number): Started {
    const limit = patiently(usual);
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
