/** Calls of CRIU on the same tree, or the same images, beside the one that a case is about: nothing is made to go wrong in them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import { PLAIN_CRIU } from '../../model/criu.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuRun } from '../../record/criu.ts';
import { endFrom, startCommand } from './command.ts';
import { type CallOptions, computeTimeLimit, criuEnvironment, criuWords, WORK } from './command-line.ts';
import { readErrors, readLastLine } from './log.ts';
import type { Sandbox } from './sandbox.ts';

export interface RivalOptions extends CallOptions {
  /** Of the call that the case is about: theirs begin with it. */
  readonly log: string;
  readonly of: RoundCall;
  readonly count: number;
}

interface Started {
  readonly pid: number;
  readonly log: string;
}

export class Rivals {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #of: RoundCall;
  readonly #started: readonly Started[];

  private constructor(sandbox: Sandbox, c: Case, of: RoundCall, started: readonly Started[]) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#of = of;
    this.#started = started;
  }

  /** Starts so many. Rejects with BadSurroundings. */
  static async start(sandbox: Sandbox, c: Case, options: RivalOptions): Promise<Rivals> {
    const { log, criu, of, count } = options;
    const starting = Array.from({ length: count }, async (_, i) => {
      const own = `rival-${i + 1}-of-${log}`;
      const pid = await startCommand(sandbox, {
        name: 'rival',
        pid: 0,
        inner: false,
        folder: `${WORK}/home`,
        env: criuEnvironment(PLAIN_CRIU, of, options),
        words: [...criu.command, ...criuWords(c, of, own, options)],
      });
      return { pid, log: own };
    });
    return new Rivals(sandbox, c, of, await Promise.all(starting));
  }

  /** Waits for their ends; one that does not end in the time of a call is killed. */
  finish(): Promise<CriuRun[]> {
    return Promise.all(this.#started.map(({ pid, log }) => this.#end(pid, log)));
  }

  async #end(pid: number, log: string): Promise<CriuRun> {
    const limit = computeTimeLimit(this.#case);
    let status = await this.#sandbox.waitForEnd(pid, limit);
    const timedOut = status === undefined;
    if (status === undefined) {
      await this.#sandbox.do('kill', { pid, signal: signalNumber('SIGKILL') });
      status = await this.#sandbox.waitForEnd(pid, limit);
    }
    this.#sandbox.forgetEnd(pid);
    const text = await readFile(this.#sandbox.inside(path.join(WORK, log)), 'utf8').catch(() => '');
    const [errors, lastLine] = [readErrors(text), readLastLine(text)];
    return {
      of: this.#of,
      ...endFrom(status ?? signalNumber('SIGKILL')),
      ...(timedOut && { timedOut: limit }),
      errors,
      ...(status !== 0 && errors.length === 0 && lastLine !== undefined && { lastLine }),
    };
  }
}
