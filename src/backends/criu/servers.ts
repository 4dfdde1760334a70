/** The second CRIU beside a call: the page server of a dump, the lazy-pages daemon of a restore. What happens to it, and its end. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Case } from '../../model/case.ts';
import { type CriuCall, type CriuStage, PLAIN_CRIU } from '../../model/criu.ts';
import { type CriuServerSetup, SERVER_NAMES, type ServerFault } from '../../model/criu-servers.ts';
import { errnoName } from '../../model/errno.ts';
import { signalNumber } from '../../model/signals.ts';
import type { ReadySign } from '../../model/subject.ts';
import type { CriuServer } from '../../record/criu.ts';
import { AgentError } from '../agent/agent.ts';
import { line } from '../agent/request.ts';
import { patiently } from '../patience.ts';
import { endFrom, readOutput, startCommand } from './command.ts';
import { criuEnvironment, WORK } from './command-line.ts';
import { hitProcess } from './hit.ts';
import type { Criu } from './locate.ts';
import { readErrors } from './log.ts';
import { showsSign } from './ready.ts';
import type { Sandbox } from './sandbox.ts';

/** In the network namespace of the case, which a program of the scenario's shares. */
const SERVER_PORT = 27_017;
const RELAY_PORT = 27_018;
/** As criu/uffd.c names it. */
const LAZY_SOCKET = `${WORK}/lazy-pages.socket`;
/** Milliseconds until a server is ready; and for one that is to end, beside those that its call may take. */
const READY_LIMIT = 5000;
const READY_PAUSE = 5;

const RELAYED = z.object({ bytes: z.number(), fired: z.boolean() });

export interface ServerOptions {
  readonly criu: Criu;
  readonly breakpointsFire: boolean;
  readonly images: string;
  /** The name of its log, in WORK. */
  readonly log: string;
  /** Nothing happens to it. */
  readonly plain: boolean;
}

export class Server {
  readonly #sandbox: Sandbox;
  readonly #of: CriuCall;
  readonly #setup: CriuServerSetup;
  readonly #log: string;
  readonly #pid: number;
  #hit: ServerFault | undefined;

  private constructor(sandbox: Sandbox, of: CriuCall, setup: CriuServerSetup, log: string, pid: number) {
    this.#sandbox = sandbox;
    this.#of = of;
    this.#setup = setup;
    this.#log = log;
    this.#pid = pid;
  }

  /** Starts the one that a call of the case has, and waits until it is ready; undefined: it has none. Rejects with AgentError. */
  static async start(sandbox: Sandbox, c: Case, of: CriuCall, options: ServerOptions): Promise<Server | undefined> {
    const declared = (c.criu ?? PLAIN_CRIU).servers?.[of];
    if (!declared) return undefined;
    const { criu, images, log, plain, breakpointsFire } = options;
    const name = SERVER_NAMES[of];
    const where = of === 'dump' ? ['--address', '127.0.0.1', '--port', String(SERVER_PORT)] : [];
    const pid = await startCommand(sandbox, {
      name,
      pid: 0,
      inner: false,
      folder: WORK,
      env: criuEnvironment(PLAIN_CRIU, of, { breakpointsFire }),
      words: [...criu.command, name, '-D', images, '-W', WORK, '-o', log, '-v2', ...where],
    });
    const server = new Server(sandbox, of, plain ? {} : declared, log, pid);
    await server.#waitUntilReady();
    await server.#relay();
    return server;
  }

  /** What the call itself is given: the port, or that there is a lazy-pages daemon. */
  get address(): number | 'lazy' {
    return this.#of === 'restore' ? 'lazy' : this.#isRelayed ? RELAY_PORT : SERVER_PORT;
  }

  /** The call is at this stage. */
  async atStage(stage: CriuStage): Promise<void> {
    const { fault, after } = this.#setup;
    if (after !== stage || this.#sandbox.endOf(this.#pid) !== undefined) return;
    // A connection is cut by what relays it.
    if (fault === undefined || fault === 'cut') return;
    if (await hitProcess(this.#sandbox, this.#pid, fault)) this.#hit = fault;
  }

  /** The call has ended: waits for the end of the server too, at most so many milliseconds, and ends it else. */
  async finish(limit: number): Promise<CriuServer> {
    const isUnused = await this.#isReady();
    if (this.#isRelayed && (await this.#sandbox.ask(line('relayed'), RELAYED)).fired) this.#hit = this.#setup.fault;
    const mustEnd = !isUnused && this.#hit !== 'stop';
    const status = mustEnd ? await this.#sandbox.waitForEnd(this.#pid, limit) : this.#sandbox.endOf(this.#pid);
    if (status === undefined) {
      await this.#sandbox.do('kill', { pid: this.#pid, signal: signalNumber('SIGKILL') });
      await this.#sandbox.waitForEnd(this.#pid, limit);
    }
    this.#sandbox.forgetEnd(this.#pid);
    return {
      name: SERVER_NAMES[this.#of],
      ...(status !== undefined && { end: endFrom(status) }),
      ...(isUnused && { unused: true }),
      ...(this.#hit && { hit: this.#hit }),
      errors: await this.#readErrors(),
    };
  }

  get #isRelayed(): boolean {
    return typeof this.#setup.after === 'number';
  }

  /** Whether it waits for the process that is to use it. */
  #isReady(): Promise<boolean> {
    const sign: ReadySign =
      this.#of === 'dump' ? { kind: 'port', port: SERVER_PORT } : { kind: 'socket', path: LAZY_SOCKET };
    return showsSign(this.#sandbox, sign, SERVER_NAMES[this.#of], WORK);
  }

  async #waitUntilReady(): Promise<void> {
    const limit = patiently(READY_LIMIT);
    const until = performance.now() + limit;
    while (!(await this.#isReady())) {
      const status = this.#sandbox.endOf(this.#pid);
      if (status !== undefined || performance.now() > until) {
        const { stderr } = await readOutput(this.#sandbox, SERVER_NAMES[this.#of]);
        const why = [...(await this.#readErrors()), stderr.trim()].filter((text) => text !== '').join('; ');
        const what = status === undefined ? `is not ready after ${limit} ms` : 'ended before it was ready';
        throw new AgentError(`the ${SERVER_NAMES[this.#of]} ${what}: ${why || 'it wrote nothing'}`);
      }
      await sleep(READY_PAUSE);
    }
  }

  async #relay(): Promise<void> {
    const { fault, after } = this.#setup;
    if (!this.#isRelayed) return;
    const fields = { port: RELAY_PORT, to: SERVER_PORT, server: this.#pid, after: after as number, do: fault };
    const relay = await this.#sandbox.do('relay', fields);
    if (relay < 0) throw new AgentError(`nothing relays to the page server (${errnoName(-relay) ?? -relay})`);
  }

  async #readErrors(): Promise<string[]> {
    const text = await readFile(this.#sandbox.inside(path.join(WORK, this.#log)), 'utf8').catch(() => '');
    return readErrors(text);
  }
}
