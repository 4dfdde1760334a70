/**
 * A running agent: a process in C with namespaces of its own, in which cases are run. Requests are answered in their order;
 * what happens meanwhile comes as events. It ends with this process: its standard input is a pipe of which only this process has the other end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import * as z from 'zod';
import { killAll, watchStopped } from '../host/stopped.ts';
import { BadAnswer, CutWatch, checkAnswer, parseAnswer, SILENCE } from './answer.ts';
import { removeCgroup } from './cgroup.ts';
import { Frames } from './frames.ts';
import { frame } from './request.ts';

/** An agent could not be started here, or has ended. The message says why. */
export class AgentError extends Error {}

export interface AgentOptions {
  /** Path of the compiled program. */
  readonly program: string;
  /** In a user namespace too, as an ordinary user needs it. */
  readonly userNamespace: boolean;
  /** Milliseconds after which an answer that does not go on is cut. Default: a minute. */
  readonly silence?: number;
}

/** What a backend adds to that. */
export interface StartOptions extends AgentOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The folder of a cgroup that it makes for itself. */
  readonly cgroup?: string | undefined;
}

interface Waiting {
  /** Takes an answer. Throws BadAnswer. */
  readonly take: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Characters of what it wrote to standard error that a message has. */
const COMPLAINT = 4000;

const EVENT = z.object({ event: z.string() });
/** `pid`: of the agent's init, as it is called here. */
const INIT = z.object({ pid: z.number() });

export class Agent {
  /** Rejects when the agent ends, whatever is waited for: with AgentError, or BadAnswer. */
  readonly gone: Promise<never>;
  /** The event with which it says that it can be asked; `init` is known by then. Rejects as `gone` does. */
  readonly ready: Promise<object>;
  /** The folder of its cgroup; undefined when it has none. */
  readonly cgroup: string | undefined;
  readonly #child: ChildProcess;
  readonly #frames = new Frames();
  readonly #waiting: Waiting[] = [];
  readonly #cut: CutWatch;
  readonly #endWatch: () => void;
  readonly #ended: Promise<void>;
  #setReady!: (event: object) => void;
  #setInit!: () => void;
  #setGone!: (why: Error) => void;
  #complaint = '';
  #isOver = false;
  #init = 0;

  protected constructor({ program, userNamespace, silence = SILENCE, args = [], env = {}, cgroup }: StartOptions) {
    this.cgroup = cgroup;
    this.gone = new Promise((_, reject) => {
      this.#setGone = reject;
    });
    this.gone.catch(() => {});
    const ready = new Promise<object>((resolve) => (this.#setReady = resolve));
    // The warden names its init, and init says that it is ready: either can be first.
    const init = new Promise<void>((resolve) => (this.#setInit = resolve));
    this.ready = Promise.race([init.then(() => ready), this.gone]);
    this.#cut = new CutWatch(silence, (why) => this.#break(why));
    const all = ['serve', ...(userNamespace ? ['--user'] : []), ...(cgroup ? ['--cgroup', cgroup] : []), ...args];
    this.#child = spawn(program, all, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.#child.stdout!.on('data', (piece: Buffer) => this.#hear(piece));
    this.#child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
      this.#complaint = (this.#complaint + piece).slice(-COMPLAINT);
    });
    this.#child.stdin!.on('error', () => {});
    this.#endWatch = watchStopped(
      () => this.pid,
      (stopped, all) => {
        this.#complaint = `process ${stopped} of the agent was stopped by a signal, and the agent has been ended`;
        killAll(all);
      },
    );
    this.#ended = new Promise((resolve) => {
      const end = (how: string, isKilled: boolean): void => {
        this.#end(how);
        void this.clearUp(isKilled).then(resolve);
      };
      this.#child.once('error', (error) => end(error.message, false));
      this.#child.once('close', (code, signal) => end(`the agent ended with ${signal ?? code}`, signal !== null));
    });
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return !this.#isOver;
  }

  /** The warden's process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The process id, as it is called here, of the init of its namespaces; 0 before it is known. */
  get init(): number {
    return this.#init;
  }

  /**
   * Sends a request (see request.ts), and gives the answer. Rejects with AgentError when the agent ends, with BadAnswer when the
   * answer is not as the schema says.
   */
  ask<Answer>(request: string, schema: z.ZodType<Answer>): Promise<Answer> {
    if (this.#isOver) return Promise.reject(new AgentError(`the agent is gone: ${this.#complaint}`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ take: (answer) => resolve(checkAnswer(answer, schema)), reject });
      this.#child.stdin!.write(frame(request));
    });
  }

  /** Whether this process stays alive for it. An idle agent does not keep it from ending; its end ends the agent. */
  keepAwake(awake: boolean): void {
    const pipes = this.#child.stdio as unknown as readonly (Readable & { ref?(): void; unref?(): void })[];
    for (const one of [this.#child, ...pipes]) {
      if (awake) one?.ref?.();
      else one?.unref?.();
    }
  }

  /** Ends it with all that it has made. */
  stop(): Promise<void> {
    this.keepAwake(true);
    this.#child.stdin!.destroy();
    return this.#ended;
  }

  /** Ends it at once: it cannot be relied on any more. */
  kill(): void {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
  }

  /** What happened meanwhile, by its `event`. Throws BadAnswer for an event that there is not. */
  protected onEvent(event: unknown): void {
    throw new BadAnswer(`there is no event ${(event as { event: string }).event}`);
  }

  /** What is left when the agent has ended. The warden removes it, unless it was killed. */
  protected async clearUp(_isKilled: boolean): Promise<void> {
    if (this.cgroup !== undefined) await removeCgroup(this.cgroup);
  }

  #hear(piece: Buffer): void {
    try {
      this.#frames.add(piece);
      for (let text = this.#frames.next(); text !== undefined; text = this.#frames.next())
        this.#take(parseAnswer(text));
      this.#cut.heard(this.#frames.isEmpty);
    } catch (error) {
      this.#break(error as Error);
    }
  }

  #take(answer: object): void {
    if ('event' in answer) return this.#takeEvent(answer);
    const [waiting] = this.#waiting;
    if (!waiting) throw new BadAnswer('nothing was asked');
    waiting.take(answer);
    this.#waiting.shift();
  }

  #takeEvent(answer: object): void {
    const { event } = checkAnswer(answer, EVENT);
    if (event === 'init') {
      this.#init = checkAnswer(answer, INIT).pid;
      this.#setInit();
    } else if (event === 'ready') this.#setReady(answer);
    else this.onEvent(answer);
  }

  /** An agent that sends what it should not is ended: the answers after it would be to other requests. */
  #break(why: Error): void {
    this.#child.stdout!.removeAllListeners('data').destroy();
    this.kill();
    this.#reject(why);
  }

  #end(how: string): void {
    const why = this.#complaint.trim().replace(/^mktrouble agent: /gm, '');
    this.#cut.heard(true);
    this.#endWatch();
    this.#reject(new AgentError(why === '' ? how : `${why} (${how})`));
  }

  #reject(why: Error): void {
    this.#isOver = true;
    this.#setGone(why);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(why);
  }
}
