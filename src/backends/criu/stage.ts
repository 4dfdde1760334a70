/**
 * A stage: a running agent, and the namespace that it is the init of. Requests are lines, answered in their order; what
 * happens meanwhile comes as events. Its end is ours: its standard input is a pipe whose other end only this process has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { removeCgroup } from '../host/cgroup.ts';
import { uniqueName } from '../host/names.ts';
import { killAll, watchStopped } from '../host/stopped.ts';

/** Ran, but could not be started here, or broke. The message says why. */
export class StageError extends Error {}

export interface StageOptions {
  /** Path of the compiled agent. */
  readonly program: string;
  /** In a user namespace too, for who is not root. */
  readonly userNamespace: boolean;
  /** The folder of a cgroup hierarchy that limits the number of processes. */
  readonly cgroups?: string | undefined;
}

/** What the agent tells without being asked. */
export type StageEvent =
  | { readonly event: 'stage'; readonly stage: string }
  | { readonly event: 'hangs'; readonly tasks: readonly unknown[] }
  | {
      readonly event: 'ended';
      readonly status: number;
      readonly us: number;
      readonly timedOut: boolean;
      readonly flooded: boolean;
      readonly injected: readonly {
        readonly index: number;
        readonly call: string;
        readonly args: readonly string[];
        readonly path: string;
        /** Bytes of the log that CRIU had written. */
        readonly logBytes: number;
      }[];
    };

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

export class Stage {
  readonly #child: ChildProcess;
  /** The folder of its cgroup; undefined when it has none. */
  readonly cgroup: string | undefined;
  readonly #ended: Promise<void>;
  readonly #endWatch: () => void;
  #fail!: (why: StageError) => void;
  /** Rejects with StageError when the agent ends, whatever is waited for. */
  readonly gone = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });
  readonly #waiting: Waiting[] = [];
  /** By pid: the status with which a watched process ended last. */
  readonly #ends = new Map<number, number>();
  readonly #endWaiting = new Map<number, (status: number) => void>();
  #ready: Waiting | undefined;
  #pieces: string[] = [];
  #complaint = '';
  #over = false;
  #init = 0;
  /** Who is told of events. */
  listener: ((event: StageEvent) => void) | undefined;

  private constructor({ program, userNamespace, cgroups }: StageOptions) {
    this.cgroup = cgroups === undefined ? undefined : path.join(cgroups, uniqueName('criu'));
    const args = [
      'serve',
      ...(userNamespace ? ['--user'] : []),
      ...(this.cgroup === undefined ? [] : ['--cgroup', this.cgroup]),
    ];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] ?? '' } });
    this.#child.stdout!.setEncoding('utf8').on('data', (piece: string) => this.#hear(piece));
    this.#child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.#complaint = (this.#complaint + piece).slice(-4000);
    });
    this.#child.stdin!.on('error', () => {});
    this.gone.catch(() => {});
    this.#endWatch = watchStopped(
      () => this.pid,
      (stopped, all) => {
        this.#complaint = `process ${stopped} of the agent was stopped by a signal, and the agent has been ended`;
        killAll(all);
      },
    );
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => this.#end(error.message, resolve));
      this.#child.once('close', (code, signal) => this.#end(`the agent ended with ${signal ?? code}`, resolve));
    });
  }

  /** Starts an agent. Rejects with StageError when this machine does not let it have its namespaces. */
  static async start(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    await new Promise<void>((resolve, reject) => {
      stage.#ready = { resolve, reject };
    });
    return stage;
  }

  /** The path, seen from here, of a file of the namespace. */
  inside(file: string): string {
    return path.join(`/proc/${this.#init}/root`, file);
  }

  /** The pid of the warden. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A table of /proc/net, as its network namespace has it; empty where there is none. */
  network(table: string): Promise<string> {
    return readFile(`/proc/${this.#init}/net/${table}`, 'utf8').catch(() => '');
  }

  /** The status, as wait() gives it, with which a watched process has ended; undefined while it runs. */
  endOf(pid: number): number | undefined {
    return this.#ends.get(pid);
  }

  /** From here on the end of this process counts, and no earlier one with its pid. */
  async watch(pid: number): Promise<void> {
    this.#ends.delete(pid);
    await this.do(`watch ${pid}`);
  }

  /** Waits for the end of a watched process, at most so many milliseconds: its status, else undefined. */
  waitForEnd(pid: number, limit: number): Promise<number | undefined> {
    const status = this.#ends.get(pid);
    if (status !== undefined) return Promise.resolve(status);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#endWaiting.delete(pid);
        resolve(undefined);
      }, limit);
      this.#endWaiting.set(pid, (ended) => {
        clearTimeout(timer);
        resolve(ended);
      });
    });
  }

  /** Says something that is not answered. */
  tell(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Asks, and gives the answer. Rejects with StageError when the agent ends. */
  ask<Answer>(line: string): Promise<Answer> {
    if (this.#over) return Promise.reject(new StageError(`the agent is gone: ${this.#complaint}`));
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (answer: never) => void, reject });
    });
    this.tell(line);
    return answer;
  }

  /** As `ask`, of a request whose answer is a number: a value, or a negative errno. */
  async do(line: string): Promise<number> {
    const { done, error } = await this.ask<{ done?: number; error?: string }>(line);
    if (error !== undefined) throw new StageError(error);
    return done!;
  }

  /** Whether this process stays alive for it. An idle stage does not keep it from ending; its end ends the stage. */
  keepAwake(awake: boolean): void {
    const pipes = this.#child.stdio as unknown as readonly (Readable & { ref?(): void; unref?(): void })[];
    for (const one of [this.#child, ...pipes]) {
      if (awake) one?.ref?.();
      else one?.unref?.();
    }
  }

  /** Ends it with all that is in it. */
  stop(): Promise<void> {
    this.keepAwake(true);
    this.#child.stdin!.destroy();
    return this.#ended;
  }

  #hear(piece: string): void {
    const lines = piece.split('\n');
    this.#pieces.push(lines[0]!);
    for (const line of lines.slice(1)) {
      const whole = this.#pieces.join('');
      this.#pieces = [line];
      this.#take(JSON.parse(whole));
    }
  }

  #take(said: { event?: string; pid?: number; status?: number }): void {
    if (said.event === 'init') this.#init = said.pid!;
    else if (said.event === 'gone') this.#gone(said.pid!, said.status!);
    else if (said.event === 'ready') this.#ready?.resolve(undefined as never);
    else if (said.event !== undefined) this.listener?.(said as StageEvent);
    else this.#waiting.shift()?.resolve(said as never);
  }

  #gone(pid: number, status: number): void {
    this.#ends.set(pid, status);
    this.#endWaiting.get(pid)?.(status);
    this.#endWaiting.delete(pid);
  }

  #end(how: string, resolve: () => void): void {
    this.#over = true;
    const why = new StageError(this.#complaint.trim() === '' ? how : `${this.#complaint.trim()} (${how})`);
    this.#endWatch();
    this.#fail(why);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
    this.#ready?.reject(why);
    // The warden does this itself, unless it was killed.
    if (this.cgroup === undefined) resolve();
    else void removeCgroup(this.cgroup).then(resolve);
  }
}
