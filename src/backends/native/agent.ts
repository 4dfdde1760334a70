/**
 * A running agent: a namespace of its own in which one case after the other is run. Its end is ours: file descriptor 3 of
 * the warden is a pipe whose other end only this process has.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { BadAnswer, CutWatch, MAX_ANSWER_BYTES, SILENCE } from '../host/answer.ts';
import { removeCgroup } from '../host/cgroup.ts';
import { uniqueName } from '../host/names.ts';
import { killAll, watchStopped } from '../host/stopped.ts';

export interface AgentOptions {
  /** Path of the compiled program. */
  readonly program: string;
  /** In a user namespace too, for who is not root. */
  readonly userNamespace: boolean;
  /** A cgroup (v2) folder in which one can be made for the freezer. */
  readonly cgroup?: string | undefined;
  /** A shared library in place of the built-in engine. */
  readonly plugin?: string | undefined;
  /** Milliseconds after which an answer that does not go on is cut. Default: a minute. */
  readonly silence?: number;
  /** Number of the processor that its cases have, of those that this process may use, round and round. */
  readonly processor?: number;
}

/** Ran, but could not be started here, or broke. The message says why. */
export class AgentError extends Error {}

interface Waiting {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
}

/** Bytes of the line with the length of an answer, at most. */
const LONGEST_HEAD = 32;

/** Bytes of an answer are kept in pieces until it is whole. */
class Answers {
  #pieces: Buffer[] = [];
  #length = 0;

  /** The next whole answer: a line with its length in bytes, and so many bytes. Throws BadAnswer. */
  next(piece?: Buffer): string | undefined {
    if (piece) {
      this.#pieces.push(piece);
      this.#length += piece.length;
    }
    if ((this.#pieces[0]?.length ?? 0) < LONGEST_HEAD && this.#pieces.length > 1)
      this.#pieces = [Buffer.concat(this.#pieces)];
    const first = this.#pieces[0];
    const end = first?.indexOf(10) ?? -1;
    if (!first || (end < 0 && first.length < LONGEST_HEAD)) return undefined;
    const head = first.subarray(0, Math.max(0, end)).toString('latin1');
    const length = /^\d{1,12}$/.test(head) ? Number(head) : undefined;
    if (length === undefined) throw new BadAnswer('it does not begin with its length');
    if (length > MAX_ANSWER_BYTES) throw new BadAnswer(`it has ${length} bytes; at most ${MAX_ANSWER_BYTES} are read`);
    if (this.#length < end + 1 + length) return undefined;
    const all = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    const rest = all.subarray(end + 1 + length);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.subarray(end + 1, end + 1 + length).toString('utf8');
  }
}

export class Agent {
  readonly #child: ChildProcess;
  /** The cgroup that the warden makes for the freezer, when a case needs it. */
  readonly #cgroup: string | undefined;
  readonly #answers = new Answers();
  readonly #ended: Promise<void>;
  readonly #endWatch: () => void;
  readonly #cut: CutWatch;
  #waiting: Waiting | undefined;
  #complaint = '';
  #over = false;

  private constructor(options: AgentOptions) {
    const { program, userNamespace, cgroup, plugin, processor = 0, silence = SILENCE } = options;
    this.#cut = new CutWatch(silence, (why) => this.#break(why));
    const args = ['serve', '--processor', String(processor)];
    if (userNamespace) args.push('--user');
    this.#cgroup = cgroup === undefined ? undefined : path.join(cgroup, uniqueName('native'));
    if (this.#cgroup !== undefined) args.push('--cgroup', this.#cgroup);
    if (plugin !== undefined) args.push('--plugin', plugin);
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: {} });
    this.#child.stdout!.on('data', (piece: Buffer) => this.#hear(piece));
    this.#child.stderr!.on('data', (piece: Buffer) => {
      this.#complaint = (this.#complaint + piece.toString('utf8')).slice(-4000);
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
      this.#child.once('error', (error) => this.#end(error.message, resolve));
      this.#child.once('close', (code, signal) => this.#end(`it ended with ${signal ?? code}`, resolve));
    });
    this.#keepAwake(false);
  }

  /** Starts an agent. Rejects with AgentError when this machine does not let it have its namespaces. */
  static async start(options: AgentOptions): Promise<Agent> {
    const agent = new Agent(options);
    await agent.#answer();
    return agent;
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return !this.#over;
  }

  /** The warden's process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs a plan (see plan.ts); gives the record as the agent prints it. One at a time. */
  run(plan: string): Promise<string> {
    return this.#ask(`run ${Buffer.byteLength(plan)}\n${plan}`);
  }

  /** Nanoseconds that it takes here to make and reap so many processes by fork, and nothing else. */
  async forkAndReap(processes: number): Promise<number> {
    return Number(await this.#ask(`fork ${processes}\n`));
  }

  /** Ends it with all that it has made. */
  async stop(): Promise<void> {
    this.#child.ref();
    (this.#child.stdio[3] as Writable | null)?.destroy();
    await this.#ended;
  }

  /** Ends it at once: it cannot be relied on any more. */
  kill(): void {
    this.#over = true;
    this.#child.kill('SIGKILL');
  }

  #ask(request: string): Promise<string> {
    if (this.#over) return Promise.reject(new AgentError(`the agent is gone: ${this.#complaint}`));
    const answer = this.#answer();
    this.#child.stdin!.write(request);
    return answer;
  }

  #answer(): Promise<string> {
    this.#keepAwake(true);
    return new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      if (this.#over) this.#fail('it could not be started');
    }).finally(() => this.#keepAwake(false));
  }

  #hear(piece: Buffer): void {
    let answer: string | undefined;
    try {
      answer = this.#answers.next(piece);
    } catch (error) {
      return this.#break(error as BadAnswer);
    }
    this.#cut.heard(answer !== undefined);
    if (answer === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }

  /** An agent that says what it should not is ended: the answers after it would be to other requests. */
  #break(why: BadAnswer): void {
    this.#child.stdout!.removeAllListeners('data').destroy();
    this.kill();
    this.#reject(why);
  }

  #end(how: string, resolve: () => void): void {
    this.#over = true;
    this.#cut.heard(true);
    this.#endWatch();
    this.#fail(how);
    // The warden does this itself, unless it was killed.
    if (this.#cgroup === undefined) resolve();
    else void removeCgroup(this.#cgroup).then(resolve);
  }

  #fail(how: string): void {
    const why = this.#complaint.trim().replace(/^mktrouble agent: /gm, '');
    this.#reject(new AgentError(why === '' ? how : `${why} (${how})`));
  }

  #reject(why: AgentError | BadAnswer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(why);
  }

  /** An idle agent does not keep this process from ending; its end ends the agent. */
  #keepAwake(awake: boolean): void {
    const pipes = this.#child.stdio as unknown as readonly (Readable & { ref?(): void; unref?(): void })[];
    for (const one of [this.#child, ...pipes]) {
      if (awake) one?.ref?.();
      else one?.unref?.();
    }
  }
}
