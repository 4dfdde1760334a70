/** A search on several cores: threads that join it when it takes long, and what they find, put together here. */
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Machine, Plan } from '../backends/backend.ts';
import { CREW_WORDS, Crew } from './crew.ts';
import {
  type Helpers,
  Search,
  type SearchOptions,
  type SearchResult,
  type Slice,
  type Standing,
} from './exhaustive.ts';
import { openChannels, type ThreadStart } from './thread.ts';

export interface ThreadedSearch extends SearchOptions {
  /** Threads at most, this one among them; 1 by default. */
  readonly threads?: number;
  /** States from which the search goes on in threads; STATES_BEFORE_THREADS by default; 0: it begins in them. */
  readonly threadsFrom?: number;
  /** URL of the module that exports `open(plan): Machine`, which the threads load; absent: the search has one thread. */
  readonly module?: string;
  readonly plan: Plan;
}

/** States from which a search goes on in threads: what is smaller is done before they have started. */
const STATES_BEFORE_THREADS = 1 << 15;
/** Words of a state, at most: where states are larger, threads would fill the memory with few of them. */
const MAX_WORDS = 1 << 12;

/**
 * Searches everything that the machine can do, on several cores when it takes long: states, endings, their moves and their
 * order are those of `searchInSlices`. Only a search that reaches a limit may have looked at more states by then. Throws when a
 * thread ends before its search does. The search owns the machine.
 */
export async function* searchOnCores(machine: Machine, options: ThreadedSearch): AsyncGenerator<Slice, SearchResult> {
  const { threads = 1, threadsFrom = STATES_BEFORE_THREADS, module } = options;
  const canShare = threads > 1 && module !== undefined && machine.state.length <= MAX_WORDS;
  const team = canShare ? new Team({ ...options, module, threads, threadsFrom }) : undefined;
  const search = new Search(machine, options, team).run();
  try {
    if (team && threadsFrom === 0) await team.ready();
    for (;;) {
      const { done, value } = search.next();
      if (done) return value;
      yield value;
      if (!team) continue;
      // Only then is it heard that a thread is ready, or has ended.
      await nextTurn();
      team.check();
    }
  } finally {
    await team?.end();
  }
}

type TeamOptions = ThreadedSearch & Required<Pick<ThreadedSearch, 'threads' | 'threadsFrom' | 'module'>>;

/** The other threads of a search, from this side. They start when the search has become long. */
class Team implements Helpers {
  readonly #options: TeamOptions;
  #workers: readonly Worker[] = [];
  #crew: Crew | undefined;
  #nrReady = 0;
  #broken: Error | undefined;
  #isOver = false;

  constructor(options: TeamOptions) {
    this.#options = options;
  }

  crew(states: number): Crew | undefined {
    if (states >= this.#options.threadsFrom) this.#start();
    return this.#workers.length > 0 && this.#nrReady === this.#workers.length ? this.#crew : undefined;
  }

  begin(standing: Standing): void {
    for (const worker of this.#workers) worker.postMessage(standing);
  }

  /** Throws when a thread has ended. */
  check(): void {
    if (this.#broken) throw this.#broken;
  }

  /** Starts the threads, and resolves when all of them can begin. Rejects when one has ended. */
  async ready(): Promise<void> {
    this.#start();
    await Promise.all(this.#workers.map((worker) => once(worker)));
  }

  #start(): void {
    if (this.#workers.length > 0) return;
    const { module, plan, threads, reduce = true } = this.#options;
    const words = new Int32Array(new SharedArrayBuffer(4 * CREW_WORDS));
    const [own, ...others] = connect(threads) as [Ports, ...Ports[]];
    this.#crew = new Crew({ index: 0, channels: openChannels(own), words });
    this.#workers = others.map((ports, i) => {
      const start: ThreadStart = { module, plan, reduce, index: i + 1, ports, words };
      return this.#watch(startWorker(start));
    });
  }

  #watch(worker: Worker): Worker {
    worker.once('message', () => this.#nrReady++);
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', (code) => {
      if (code !== 0) this.#fail(new Error(`a thread of the search ended with ${code}`));
    });
    return worker;
  }

  #fail(error: Error): void {
    if (!this.#isOver) this.#broken ??= error;
  }

  /** Ends the threads, wherever they are. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** Resolves at the first message of a thread, rejects when it ends before. */
function once(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`a thread of the search ended with ${code}`)));
  });
}

type Ports = (MessagePort | undefined)[];

/** A channel between each two threads: for each thread its ports, by thread. */
function connect(threads: number): Ports[] {
  const ports = Array.from({ length: threads }, () => new Array<MessagePort | undefined>(threads).fill(undefined));
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports;
}

/** From the sources a thread first has to learn TypeScript. */
function startWorker(workerData: ThreadStart): Worker {
  const isSource = path.extname(import.meta.filename) === '.ts';
  const file = path.join(import.meta.dirname, isSource ? 'thread-source.mjs' : 'thread-main.js');
  const transferList = workerData.ports.filter((port) => port !== undefined);
  return new Worker(file, { workerData, transferList, execArgv: [] });
}
