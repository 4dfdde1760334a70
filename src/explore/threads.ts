/** A search on several cores: threads that each do a part of it, and what they find, put together here. */
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Machine, Plan } from '../backends/backend.ts';
import { replayKept } from './alone.ts';
import {
  DEFAULT_MAX_STATES,
  type MetEnding,
  type SearchOptions,
  type SearchResult,
  type Slice,
  searchInSlices,
} from './exhaustive.ts';
import type { PartEnding } from './partition.ts';
import { controlWords, type ThreadReport, type ThreadStart } from './thread.ts';
import { Column } from './visited.ts';

export interface ThreadedSearch extends SearchOptions {
  /** Threads at most; 1 by default. */
  readonly threads?: number;
  /** States from which the search goes on in threads; STATES_BEFORE_THREADS by default; 0: it has no other part. */
  readonly threadsFrom?: number;
  /** URL of the module that exports `open(plan): Machine`, which the threads load; absent: the search has one thread. */
  readonly module?: string;
  readonly plan: Plan;
}

/** States from which a search goes on in threads: what is smaller is done before they have started. */
const STATES_BEFORE_THREADS = 1 << 15;
/** Words of a state, at most: where states are larger, threads would fill the memory with few of them. */
const MAX_WORDS = 1 << 12;
/** Milliseconds after which a caller gets its turn, whatever the threads do. */
const TURN = 20;

/**
 * Searches everything that the machine can do, on several cores when it takes long: states, endings, their moves and their
 * order are those of `searchInSlices`. Only a search that reaches a limit may have looked at more states by then. Throws when a
 * thread ends before its search does. The search owns the machine.
 */
export async function* searchOnCores(machine: Machine, options: ThreadedSearch): AsyncGenerator<Slice, SearchResult> {
  const { threads = 1, threadsFrom = STATES_BEFORE_THREADS, module } = options;
  const canShare = threads > 1 && module !== undefined && machine.state.length <= MAX_WORDS;
  let team: Team | undefined;
  let given = 0;
  try {
    if (canShare && threadsFrom === 0) team = new Team({ ...options, module, threads });
    else {
      const serial = searchInSlices(machine, options);
      for (;;) {
        const { done, value } = serial.next();
        if (done) return value as SearchResult;
        given += (value as Slice).endings.length;
        yield value as Slice;
        if (team?.isReady) break;
        if (canShare && value.states >= threadsFrom) team ??= new Team({ ...options, module, threads });
        // Only then do the threads get to say that they are ready.
        if (team) await nextTurn();
      }
    }
    return yield* collect(machine, team, options, given);
  } finally {
    await team?.end();
  }
}

/** Puts together what the threads report. The first endings were `given` to the caller already. */
async function* collect(
  machine: Machine,
  team: Team,
  { reduce = true }: SearchOptions,
  given: number,
): AsyncGenerator<Slice, SearchResult> {
  const merge = new Merge(machine, reduce, team.parts);
  while (!team.isReady) await team.next();
  team.begin();
  const ends: Extract<ThreadReport, { kind: 'end' }>[] = [];
  while (ends.length < team.parts) {
    const found: MetEnding[] = [];
    for (const one of await team.next()) {
      if (one.kind === 'depth') found.push(...merge.add(one));
      else if (one.kind === 'end') ends.push(one);
      // There may be many: to walk their schedules takes longer than the caller can wait.
      await nextTurn();
    }
    const { states, transitions } = merge;
    const fresh = found.slice(given);
    given = Math.max(0, given - found.length);
    yield { endings: fresh, states, transitions };
  }
  const [{ stopped }] = ends as [(typeof ends)[0]];
  return { ...merge.result(), complete: stopped === undefined, ...(stopped && { stopped }) };
}

type DepthReport = Extract<ThreadReport, { kind: 'depth' }>;

/** The reports of all parts, depth after depth, in the order of expansion. */
class Merge {
  readonly #machine: Machine;
  readonly #reduce: boolean;
  readonly #parts: number;
  /* By place in the order of expansion: */
  readonly #parent = new Column();
  readonly #mover = new Column();
  readonly #steps = new Column();
  readonly #seen = new Set<string>();
  readonly #endings: MetEnding[] = [];
  readonly #firing: number[] = [];
  #fired = 0;
  /** By depth, the reports until every part has sent its own: a part may be one ahead. */
  readonly #waiting = new Map<number, DepthReport[]>();
  /** Up to which place the steps are counted, and how many they are. */
  #counted = 0;
  #steps0 = 0;
  states = 0;
  transitions = 0;

  constructor(machine: Machine, reduce: boolean, parts: number) {
    this.#machine = machine;
    this.#reduce = reduce;
    this.#parts = parts;
    this.#steps0 = replayKept(machine, [], reduce).length;
  }

  /** The endings that are new when every part has reported this depth. */
  add(one: DepthReport): MetEnding[] {
    const { trace } = one.expanded;
    for (let i = 0; i < trace.length; i += 4) {
      this.#parent.set(trace[i]!, trace[i + 1]!);
      this.#mover.set(trace[i]!, trace[i + 2]!);
      this.#steps.set(trace[i]!, trace[i + 3]!);
    }
    const all = this.#waiting.get(one.depth) ?? [];
    all.push(one);
    this.#waiting.set(one.depth, all);
    if (all.length < this.#parts) return [];
    this.#waiting.delete(one.depth);
    this.states = all.reduce((sum, { states }) => sum + states, 0);
    this.transitions = all.reduce((sum, { transitions }) => sum + transitions, 0);
    const endings = all.flatMap(({ expanded }) => expanded.endings).sort((a, b) => a.number - b.number);
    return endings.flatMap((ending) => this.#meet(ending));
  }

  #meet({ number, outcome, key, fired }: PartEnding): MetEnding[] {
    if ((fired & ~this.#fired) !== 0) this.#firing.push(number);
    this.#fired |= fired;
    if (this.#seen.has(key)) return [];
    this.#seen.add(key);
    for (; this.#counted < number; this.#counted++) this.#steps0 += this.#steps.at(this.#counted);
    const met = { outcome, moves: this.#movesTo(number), states: number + 1, transitions: this.#steps0 };
    this.#endings.push(met);
    return [met];
  }

  #movesTo(number: number): number[] {
    const kept: number[] = [];
    for (let at = number; this.#parent.at(at) >= 0; at = this.#parent.at(at)) kept.push(this.#mover.at(at));
    return replayKept(this.#machine, kept.reverse(), this.#reduce);
  }

  result(): Omit<SearchResult, 'complete'> {
    const { states, transitions } = this;
    const firing = this.#firing.map((number) => this.#movesTo(number));
    return { endings: this.#endings, states, transitions, firing };
  }
}

/** The threads of a search, from this side. */
class Team {
  readonly parts: number;
  readonly #workers: readonly Worker[];
  #reports: ThreadReport[] = [];
  #nrReady = 0;
  #broken: Error | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor({
    threads,
    module,
    plan,
    reduce = true,
    maxStates = DEFAULT_MAX_STATES,
    maxBytes,
  }: Required<Pick<ThreadedSearch, 'threads' | 'module'>> & ThreadedSearch) {
    this.parts = threads;
    const control = new Int32Array(new SharedArrayBuffer(4 * controlWords(threads)));
    const bytes = new Float64Array(new SharedArrayBuffer(8 * threads));
    const ports = connect(threads);
    this.#workers = ports.map((own, index) => {
      const start: ThreadStart = {
        module,
        plan,
        reduce,
        maxStates,
        maxBytes: maxBytes ?? Number.POSITIVE_INFINITY,
        index,
        parts: threads,
        ports: own,
        control,
        bytes,
      };
      return this.#watch(
        startWorker(
          start,
          own.filter((port) => port !== null),
        ),
      );
    });
  }

  #watch(worker: Worker): Worker {
    worker.on('message', (one: ThreadReport) => {
      if (one.kind === 'ready') this.#nrReady++;
      else this.#reports.push(one);
      this.#wake?.();
    });
    const fail = (error: Error): void => {
      if (!this.#isOver) this.#broken ??= error;
      this.#wake?.();
    };
    worker.on('error', fail);
    worker.on('exit', (code) => {
      if (code !== 0) fail(new Error(`a thread of the search ended with ${code}`));
    });
    return worker;
  }

  /** Whether every thread could begin. Throws when one has ended. */
  get isReady(): boolean {
    if (this.#broken) throw this.#broken;
    return this.#nrReady === this.parts;
  }

  begin(): void {
    for (const worker of this.#workers) worker.postMessage('begin');
  }

  /** The reports that have arrived since the last call; soon, also when there are none. Rejects when a thread has ended too early. */
  async next(): Promise<ThreadReport[]> {
    if (this.#reports.length === 0 && !this.#broken) {
      const turn = new AbortController();
      const arrived = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([arrived, sleep(TURN, undefined, { signal: turn.signal }).catch(() => {})]);
      turn.abort();
      this.#wake = undefined;
    }
    if (this.#broken) throw this.#broken;
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /** Ends the threads, wherever they are. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** A channel between each two threads: for each thread its ports, by thread. */
function connect(threads: number): (MessagePort | null)[][] {
  const ports = Array.from({ length: threads }, () => new Array<MessagePort | null>(threads).fill(null));
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
function startWorker(workerData: ThreadStart, ports: readonly MessagePort[]): Worker {
  const isSource = path.extname(import.meta.filename) === '.ts';
  const file = path.join(import.meta.dirname, isSource ? 'thread-source.mjs' : 'thread-main.js');
  return new Worker(file, { workerData, transferList: [...ports], execArgv: [] });
}
