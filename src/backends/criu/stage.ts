/**
 * A stage: a running agent, and the namespace that it is the init of. Requests are lines, answered in their order; what
 * happens meanwhile comes as events. Its end is ours: its standard input is a pipe whose other end only this process has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { BadAnswer, CutWatch, checkAnswer, MAX_ANSWER_BYTES, readAnswer, SILENCE } from '../host/answer.ts';
import { removeCgroup } from '../host/cgroup.ts';
import { uniqueName } from '../host/names.ts';
import { killAll, watchStopped } from '../host/stopped.ts';
import { DONE, EVENT, type StageEvent } from './events.ts';
import { removeLeftovers } from './leftovers.ts';

/** Ran, but could not be started here, or broke. The message says why. */
export class StageError extends Error {}

export interface StageOptions {
  /** Path of the compiled agent. */
  readonly program: string;
  /** In a user namespace too, for who is not root. */
  readonly userNamespace: boolean;
  /** Milliseconds after which a line that does not go on is cut. Default: a minute. */
  readonly silence?: number;
  /** The folder of a cgroup hierarchy that limits the number of processes. */
  readonly cgroups?: string | undefined;
}

/** A line is an object; of an event it says so. */
const SAID = z.looseObject({});

interface Waiting {
  /** Takes an answer. Throws BadAnswer. */
  readonly take: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Stage {
  readonly #child: ChildProcess;
  /** The folder of its cgroup; undefined when it has none. */
  readonly cgroup: string | undefined;
  readonly #ended: Promise<void>;
  readonly #endWatch: () => void;
  readonly #started = Date.now();
  #fail!: (why: Error) => void;
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
  #length = 0;
  readonly #cut: CutWatch;
  #complaint = '';
  #over = false;
  #init = 0;
  /** Who is told of events. */
  listener: ((event: StageEvent) => void) | undefined;

  private constructor({ program, userNamespace, cgroups, silence = SILENCE }: StageOptions) {
    this.#cut = new CutWatch(silence, (why) => this.#break(why));
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
      const end = (how: string, killed: boolean): void => {
        this.#end(how);
        void this.#clearUp(killed).then(resolve);
      };
      this.#child.once('error', (error) => end(error.message, false));
      this.#child.once('close', (code, signal) => end(`the agent ended with ${signal ?? code}`, signal !== null));
    });
  }

  /** Starts an agent. Rejects with StageError when this machine does not let it have its namespaces. */
  static async start(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    await new Promise<void>((resolve, reject) => {
      stage.#ready = { take: () => resolve(), reject };
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

  /** Asks, and gives the answer. Rejects with StageError when the agent ends, with BadAnswer when the answer is not as the schema says. */
  ask<Answer>(line: string, schema: z.ZodType<Answer>): Promise<Answer> {
    if (this.#over) return Promise.reject(new StageError(`the agent is gone: ${this.#complaint}`));
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ take: (said) => resolve(checkAnswer(said, schema)), reject });
    });
    this.tell(line);
    return answer;
  }

  /** As `ask`, of a request whose answer is a number: a value, or a negative errno. */
  async do(line: string): Promise<number> {
    const { done, error } = await this.ask(line, DONE);
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
    try {
      this.#keepPiece(lines[0]!);
      for (const line of lines.slice(1)) {
        const whole = this.#pieces.join('');
        [this.#pieces, this.#length] = [[], 0];
        this.#take(readAnswer(whole, SAID));
        this.#keepPiece(line);
      }
      this.#cut.heard(this.#length === 0);
    } catch (error) {
      this.#break(error as Error);
    }
  }

  #keepPiece(piece: string): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length > MAX_ANSWER_BYTES) throw new BadAnswer(`a line has more than ${MAX_ANSWER_BYTES} bytes`);
  }

  #take(said: z.infer<typeof SAID>): void {
    if (!('event' in said)) {
      const [waiting] = this.#waiting;
      if (!waiting) throw new BadAnswer('nothing was asked');
      waiting.take(said);
      this.#waiting.shift();
      return;
    }
    const event = checkAnswer(said, EVENT);
    if (event.event === 'init') this.#init = event.pid;
    else if (event.event === 'gone') this.#gone(event.pid, event.status);
    else if (event.event === 'ready') this.#ready?.take(undefined);
    else this.listener?.(event);
  }

  /** An agent that says what it should not is ended: the answers after it would be to other requests. */
  #break(why: Error): void {
    this.#child.stdout!.removeAllListeners('data').destroy();
    this.#child.kill('SIGKILL');
    this.#reject(why);
  }

  #reject(why: Error): void {
    this.#over = true;
    this.#fail(why);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
    this.#ready?.reject(why);
  }

  #gone(pid: number, status: number): void {
    this.#ends.set(pid, status);
    this.#endWaiting.get(pid)?.(status);
    this.#endWaiting.delete(pid);
  }

  #end(how: string): void {
    const why = new StageError(this.#complaint.trim() === '' ? how : `${this.#complaint.trim()} (${how})`);
    this.#cut.heard(true);
    this.#endWatch();
    this.#reject(why);
  }

  /** The warden does this itself, unless it was killed. */
  async #clearUp(killed: boolean): Promise<void> {
    if (this.cgroup !== undefined) await removeCgroup(this.cgroup);
    if (killed) await removeLeftovers(this.#started);
  }
}
