/** A sandbox: the agent of the CRIU backend, and the namespaces in which one case is played. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Agent, AgentError, type AgentOptions, type StartOptions } from '../agent/agent.ts';
import { checkAnswer } from '../agent/answer.ts';
import { type Fields, line } from '../agent/request.ts';
import { uniqueName } from '../host/names.ts';
import { DONE, EVENT, type SandboxEvent } from './events.ts';
import { removeLeftovers } from './leftovers.ts';
import type { TreeCgroup } from './tree-cgroup.ts';

export interface SandboxOptions extends AgentOptions {
  /** The folder of a cgroup hierarchy that limits the number of processes. */
  readonly cgroups?: string | undefined;
}

export class Sandbox extends Agent {
  /** Called when a second CRIU is at a stage. */
  secondListener: ((stage: string) => void) | undefined;
  /** Called for each other event but the end of a watched process. */
  listener: ((event: SandboxEvent) => void) | undefined;
  /** Whether it has a user namespace of its own. */
  readonly isUser: boolean;
  /** That of the tree, where it has one of its own. */
  treeCgroup: TreeCgroup | undefined;
  readonly #started = Date.now();
  /** By pid: the status with which a watched process ended last. */
  readonly #ends = new Map<number, number>();
  readonly #endWaiting = new Map<number, (status: number) => void>();

  private constructor(options: StartOptions) {
    super(options);
    this.isUser = options.userNamespace;
  }

  /** Starts one. Rejects with AgentError when this machine does not let it have its namespaces. */
  static async start({ cgroups, ...options }: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox({
      ...options,
      env: { PATH: process.env['PATH'] ?? '' },
      cgroup: cgroups === undefined ? undefined : path.join(cgroups, uniqueName('criu')),
    });
    await sandbox.ready;
    return sandbox;
  }

  /** The path, seen from here, of a file of the namespace. */
  inside(file: string): string {
    return path.join(`/proc/${this.init}/root`, file);
  }

  /** A table of /proc/net, as its network namespace has it; empty where there is none. */
  network(table: string): Promise<string> {
    return readFile(`/proc/${this.init}/net/${table}`, 'utf8').catch(() => '');
  }

  /** The status, as wait() gives it, with which a watched process has ended; undefined while it runs. */
  endOf(pid: number): number | undefined {
    return this.#ends.get(pid);
  }

  /** The end of a process that was waited for: another may get its pid. */
  forgetEnd(pid: number): void {
    this.#ends.delete(pid);
  }

  /** From here on the end of this process counts, and no earlier one with its pid. */
  async watch(pid: number): Promise<void> {
    this.#ends.delete(pid);
    await this.do('watch', { pid });
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

  /** Asks for what is answered by a number: a value, or a negative errno. `rest`: further lines of the request. */
  async do(word: string, fields: Fields = {}, rest: readonly string[] = []): Promise<number> {
    const { done, error } = await this.ask([line(word, fields), ...rest].join('\n'), DONE);
    if (error !== undefined) throw new AgentError(error);
    return done!;
  }

  protected override onEvent(said: unknown): void {
    const event = checkAnswer(said, EVENT);
    if (event.event === 'gone') this.#gone(event.pid, event.status);
    else if (event.event === 'second-stage') this.secondListener?.(event.stage);
    else this.listener?.(event);
  }

  protected override async clearUp(isKilled: boolean): Promise<void> {
    await super.clearUp(isKilled);
    await this.treeCgroup?.remove();
    if (isKilled) await removeLeftovers(this.#started);
  }

  #gone(pid: number, status: number): void {
    this.#ends.set(pid, status);
    this.#endWaiting.get(pid)?.(status);
    this.#endWaiting.delete(pid);
  }
}
