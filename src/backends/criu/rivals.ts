/** Calls of CRIU on the same tree, or the same images, beside the one that a case is about. One alone can be killed, stopped or delayed. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import { type CriuStage, PLAIN_CRIU } from '../../model/criu.ts';
import type { RivalFault } from '../../model/criu-rival.ts';
import type { RoundCall } from '../../model/criu-rounds.ts';
import { signalNumber } from '../../model/signals.ts';
import type { CriuRun } from '../../record/criu.ts';
import { endFrom, startCommand } from './command.ts';
import { type CallOptions, computeTimeLimit, criuEnvironment, criuWords, WORK } from './command-line.ts';
import { hitProcess } from './hit.ts';
import { readErrors, readLastLine } from './log.ts';
import type { Sandbox } from './sandbox.ts';

export interface RivalOptions extends CallOptions {
  /** Of the call that the case is about: theirs begin with it. */
  readonly log: string;
  readonly of: RoundCall;
  readonly count: number;
  /** What happens to it, and after which of its stages. */
  readonly hit?: { readonly fault: RivalFault; readonly after: CriuStage };
}

interface Started {
  readonly pid: number;
  readonly log: string;
}

/** One to which something happens. */
export interface HitRival {
  /** What has happened; undefined: it ended before that stage. */
  readonly hit: RivalFault | undefined;
  /** Waits for its end, after the first has ended. */
  finish(): Promise<CriuRun>;
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
    const { log, criu, of, count, hit } = options;
    // So that its stages are not taken for those of the first (SECOND_CRIU of agent/agent.h).
    const env = { ...criuEnvironment(PLAIN_CRIU, of, options), ...(hit && { MKTROUBLE_SECOND_CRIU: '1' }) };
    const starting = Array.from({ length: count }, async (_, i) => {
      const own = `rival-${i + 1}-of-${log}`;
      const pid = await startCommand(sandbox, {
        name: 'rival',
        pid: 0,
        inner: false,
        folder: `${WORK}/home`,
        env,
        words: [...criu.command, ...criuWords(c, of, own, { ...options, hooks: hit !== undefined })],
      });
      return { pid, log: own };
    });
    return new Rivals(sandbox, c, of, await Promise.all(starting));
  }

  /**
   * Starts one, and waits until it is at the stage at which something is to happen to it, and that has happened, or until it has ended:
   * then it never came so far.
   */
  static async startHit(
    sandbox: Sandbox,
    c: Case,
    options: RivalOptions & Required<Pick<RivalOptions, 'hit'>>,
  ): Promise<HitRival> {
    const { fault, after } = options.hit;
    let pid: Promise<number> | undefined;
    let isHit = false;
    const reached = new Promise<void>((resolve, reject) => {
      const answer = async (stage: string): Promise<void> => {
        if (stage === after && !isHit && (await hitProcess(sandbox, await pid!, fault))) {
          isHit = true;
          resolve();
        }
        await sandbox.do('answer-second');
      };
      sandbox.secondListener = (stage) => void answer(stage).catch(reject);
    });
    const starting = Rivals.start(sandbox, c, options);
    pid = starting.then((rivals) => rivals.#started[0]!.pid);
    const rivals = await starting;
    // One that is stopped ends after the first, which may take as long as a call may.
    const ended = rivals.finish(2);
    await Promise.race([reached, ended]);
    return {
      hit: isHit ? fault : undefined,
      async finish() {
        if (isHit && fault === 'stop') await sandbox.do('kill', { pid: await pid!, signal: signalNumber('SIGCONT') });
        const [run] = await ended;
        sandbox.secondListener = undefined;
        return run!;
      },
    };
  }

  /** Waits for their ends; one that does not end in so many times the time of a call is killed. */
  finish(limits = 1): Promise<CriuRun[]> {
    return Promise.all(this.#started.map(({ pid, log }) => this.#end(pid, log, limits)));
  }

  async #end(pid: number, log: string, limits: number): Promise<CriuRun> {
    const limit = limits * computeTimeLimit(this.#case);
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
