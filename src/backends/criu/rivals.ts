/** Restores of the same images beside the one that a case is about: they begin with it, and nothing is made to go wrong in them. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import { PLAIN_CRIU } from '../../model/criu.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuRun } from '../../record/criu.ts';
import { endFrom, startCommand } from './command.ts';
import { type CallOptions, computeTimeLimit, criuEnvironment, criuWords, WORK } from './command-line.ts';
import { readErrors, readLastLine } from './log.ts';
import type { Sandbox } from './sandbox.ts';

export interface RivalOptions extends CallOptions {
  /** Of the restore that the case is about: theirs begin with it. */
  readonly log: string;
}

interface Started {
  readonly pid: number;
  readonly log: string;
}

export class Rivals {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #started: readonly Started[];

  private constructor(sandbox: Sandbox, c: Case, started: readonly Started[]) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#started = started;
  }

  /** Starts those that the case has beside its own. Rejects with BadSurroundings. */
  static async start(sandbox: Sandbox, c: Case, options: RivalOptions): Promise<Rivals> {
    const { log, criu } = options;
    const count = (c.criu?.parallel ?? 1) - 1;
    const starting = Array.from({ length: count }, async (_, i) => {
      const own = `rival-${i + 1}-of-${log}`;
      const pid = await startCommand(sandbox, {
        name: 'rival',
        pid: 0,
        inner: false,
        folder: `${WORK}/home`,
        env: criuEnvironment(PLAIN_CRIU, 'restore', options),
        words: [...criu.command, ...criuWords(c, 'restore', own, options)],
      });
      return { pid, log: own };
    });
    return new Rivals(sandbox, c, await Promise.all(starting));
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
      of: 'restore',
      ...endFrom(status ?? signalNumber('SIGKILL')),
      ...(timedOut && { timedOut: limit }),
      errors,
      ...(status !== 0 && errors.length === 0 && lastLine !== undefined && { lastLine }),
    };
  }
}
