/** A thread that joins a search. Started by threads.ts. */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Machine, Plan } from '../backends/backend.ts';
import { toEnd } from '../backends/walk.ts';
import { type Channel, Crew, endOfRows, type Message } from './crew.ts';
import type { Standing } from './exhaustive.ts';
import { Expansion, mergeRuns, WAITING_WORDS } from './expansion.ts';
import { States } from './states.ts';

/** What a thread is started with. */
export interface ThreadStart {
  /** URL of the module that exports `open(plan): Machine`. */
  readonly module: string;
  readonly plan: Plan;
  readonly reduce: boolean;
  readonly index: number;
  /** The ports to the other threads, by thread. */
  readonly ports: readonly (MessagePort | undefined)[];
  /** What all threads share. */
  readonly words: Int32Array;
}

/** What a thread says, once, when it can begin. */
export const READY = 'ready';

/** The ways to the other threads. */
export function openChannels(ports: readonly (MessagePort | undefined)[]): (Channel | undefined)[] {
  return ports.map(
    (port) =>
      port && {
        send: (message) => port.postMessage(message),
        receive: () => (receiveMessageOnPort(port) as { readonly message: Message } | undefined)?.message,
      },
  );
}

/** Expands its share of each depth, until none is left. */
function search(machine: Machine, { reduce, index, ports, words }: ThreadStart, standing: Standing): void {
  const crew = new Crew({ index, channels: openChannels(ports), words });
  const states = new States({ words: machine.state.length, canShare: true, from: standing.shared, peers: crew });
  crew.learn = (news) => states.learn(news);
  const expansion = new Expansion(machine, reduce, states);
  for (let { depth, nrNumbered } = standing; ; depth++) {
    const { runs, isLast } = toEnd(crew.exchange(depth, expansion.begin(depth), expansion.nrWaiting));
    if (isLast) return;
    const rows = mergeRuns(runs);
    const nrRows = rows.length / WAITING_WORDS;
    for (let from = crew.take(depth); from < nrRows; from = crew.take(depth)) {
      for (let row = from; row < endOfRows(from, nrRows); row++) {
        while (!expansion.expand(rows, row, nrNumbered + row, depth)) expansion.work = 0;
      }
      expansion.work = 0;
    }
    nrNumbered += nrRows;
    const { transitions } = expansion;
    crew.report({ ...expansion.takeFound(), states: states.size, transitions, bytes: states.bytes + expansion.bytes });
    toEnd(crew.meet());
  }
}

/** Runs the thread. Its search begins at the first message, which says where the search stands. */
export async function runThread(): Promise<void> {
  const start = workerData as ThreadStart;
  const { open } = (await import(start.module)) as { readonly open: (plan: Plan) => Machine };
  const machine = open(start.plan);
  parentPort!.once('message', (standing: Standing) => search(machine, start, standing));
  parentPort!.postMessage(READY);
}
