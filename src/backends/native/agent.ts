/** The agent of the native backend: a pid namespace in which one case after the other is run. */
import path from 'node:path';
import * as z from 'zod';
import { Agent, type AgentOptions } from '../agent/agent.ts';
import { checkAnswer } from '../agent/answer.ts';
import { line } from '../agent/request.ts';
import { uniqueName } from '../host/names.ts';
import { findKinds, type Kind } from './events.ts';
import { READY, REPORT, type Report } from './report.ts';

export interface NativeAgentOptions extends AgentOptions {
  /** A cgroup (v2) folder in which one can be made for the freezer. */
  readonly cgroups?: string | undefined;
  /** A shared library in place of the built-in engine. */
  readonly plugin?: string | undefined;
  /** Number of the processor that its cases have, of those that this process may use, round and round. */
  readonly processor?: number;
}

const FORKED = z.object({ ns: z.number() });

export class NativeAgent extends Agent {
  #kinds: readonly Kind[] = [];

  /** Starts an agent. Rejects with AgentError when this machine does not let it have its namespaces. */
  static async start({ cgroups, plugin, processor = 0, ...options }: NativeAgentOptions): Promise<NativeAgent> {
    const agent = new NativeAgent({
      ...options,
      // The warden makes it when a case needs it.
      cgroup: cgroups === undefined ? undefined : path.join(cgroups, uniqueName('native')),
      args: ['--processor', String(processor), ...(plugin === undefined ? [] : ['--plugin', plugin])],
    });
    try {
      agent.#kinds = findKinds(checkAnswer(await agent.ready, READY));
    } catch (error) {
      agent.kill();
      throw error;
    }
    return agent;
  }

  /** The kinds of the events in its reports. */
  get kinds(): readonly Kind[] {
    return this.#kinds;
  }

  /** Runs a plan (see plan.ts). One at a time. */
  run(plan: string): Promise<Report> {
    return this.ask(plan, REPORT);
  }

  /** Nanoseconds that it takes here to make and reap so many processes by fork, and nothing else. */
  async forkAndReap(processes: number): Promise<number> {
    return (await this.ask(line('fork', { processes }), FORKED)).ns;
  }
}
