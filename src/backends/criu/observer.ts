/** What is seen of a case from outside while it is played: its tree, the tasks that have left the tree, and what surrounds them. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Case } from '../../model/case.ts';
import { hasConnection } from '../../model/criu-peer.ts';
import type { CriuCensus, CriuConnection } from '../../record/criu.ts';
import { line } from '../agent/request.ts';
import { look, type Role, type Seen, takeCensus, toTasks } from './census.ts';
import { findDescendants, findRoot, findTree, heldCensus } from './held.ts';
import type { Sandbox } from './sandbox.ts';
import { thaw } from './surroundings/frozen-cgroups.ts';
import { readSurroundings, type Surroundings } from './surroundings/index.ts';

/** A program has at most this many looks to settle: as long as a call of CRIU may take. */
const SETTLE_LOOKS = 200;
const SETTLE_PAUSE = 10;
/** A program has settled when this many looks in a row see the same tasks, and none that runs. */
const SAME_LOOKS = 5;
/** Looks, and milliseconds between them, in which a task that was released runs until it sleeps or stops. */
const REST_LOOKS = 40;
const REST_PAUSE = 5;
/** Milliseconds after the end of CRIU in which dying tasks are reaped. */
const GRACE = 1500;
const GRACE_PAUSE = 16;

/** Milliseconds in which what a task sends has to arrive, a retransmission included. */
const ARRIVAL = 2000;
const ARRIVAL_PAUSE = 10;
const CONNECTIONS = z.object({
  connections: z.array(z.object({ bytes: z.number(), end: z.enum(['closed', 'reset']).optional() })),
});

/** A restored tree while CRIU holds it; `root`: its pid around the tree. */
export interface HeldRestored {
  readonly held: CriuCensus;
  readonly root: number | undefined;
}

export class Observer {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  /** Processes of the case, and all below them, that are not (or no longer) in the tree. */
  readonly #orphans = new Set<number>();
  /** How often tasks were asked whether they run. */
  #asked = 0;

  constructor(sandbox: Sandbox, c: Case) {
    this.#sandbox = sandbox;
    this.#case = c;
  }

  /** From now on this process, and all below it, is not in the tree. */
  exclude(pid: number): void {
    this.#orphans.add(pid);
  }

  async bystanders(): Promise<CriuCensus> {
    return takeCensus(this.#sandbox, this.#case, await look(this.#sandbox, 'bystanders'), ++this.#asked);
  }

  /** The tree. A task without the agent's memory cannot be asked whether it runs. */
  async census(seen?: readonly Seen[]): Promise<CriuCensus> {
    const round = this.#case.subject ? undefined : ++this.#asked;
    return takeCensus(this.#sandbox, this.#case, seen ?? (await this.#tasks('tree')), round);
  }

  /**
   * The tree as a dump that begins now finds it: CRIU does not see a task that is no descendant of the root. What has entered the namespace
   * belongs to the container, and is lost without a word when CRIU does not say that it is there.
   */
  async censusBeforeDump(): Promise<CriuCensus> {
    const all = await this.#tasks('tree');
    const root = findRoot(this.#case, all);
    const entered = this.#case.tasks.filter(({ criu }) => criu?.entered).map(({ pid }) => pid);
    const tree = findDescendants(new Set([...(root ? [root.id] : []), ...entered]), all);
    for (const { id } of all) if (!tree.has(id)) this.#orphans.add(id);
    return this.census(all.filter(({ id }) => tree.has(id)));
  }

  /** A program that runs on, at the end of the dump, while CRIU holds it. */
  async holdDumped(): Promise<CriuCensus> {
    const all = await look(this.#sandbox);
    const tree = findTree(this.#case, all);
    const held = await heldCensus(this.#sandbox, this.#case, tree);
    const ofCriu = findDescendants(new Set(all.filter(({ role }) => role === 'criu').map(({ id }) => id)), all);
    for (const seen of all) {
      if (seen.role === 'tree' && !tree.includes(seen) && !ofCriu.has(seen.id)) this.#orphans.add(seen.id);
    }
    return held;
  }

  /** The same program before the restore lets it run. */
  async holdRestored(): Promise<HeldRestored> {
    const all = await look(this.#sandbox);
    const held = await heldCensus(this.#sandbox, this.#case, findTree(this.#case, all));
    return { held, root: findRoot(this.#case, all)?.id };
  }

  /** The pid of the root around the tree now: in a pid namespace of its own a restored one has another than the one that was built. */
  async findRootPid(): Promise<number> {
    return findRoot(this.#case, await look(this.#sandbox))?.id ?? this.#case.tasks[0]!.pid;
  }

  /** What the peer of the tree's connections sees. `more`: first waits until each open one has more bytes than then. */
  async connections(more?: readonly CriuConnection[]): Promise<readonly CriuConnection[] | undefined> {
    if (!this.#case.tasks.some(hasConnection)) return undefined;
    const until = performance.now() + ARRIVAL;
    for (let last = ''; ; ) {
      const { connections } = await this.#sandbox.ask(line('connections'), CONNECTIONS);
      const now = JSON.stringify(connections);
      const isDone = more
        ? connections.every(({ bytes, end }, i) => end || bytes > (more[i]?.bytes ?? 0))
        : now === last;
      if (isDone || performance.now() > until) return connections;
      last = now;
      await sleep(ARRIVAL_PAUSE);
    }
  }

  /** What surrounds the tree. Only of a program its tasks are read, too. */
  async surroundings(): Promise<Surroundings> {
    const { subject, criu } = this.#case;
    const hasNetwork = criu?.namespaces?.includes('net') || this.#case.tasks.some(hasConnection);
    const isProgram = subject !== undefined || criu?.freezer !== undefined || hasNetwork;
    return readSurroundings(this.#sandbox, isProgram ? await this.#tasks('tree') : [], isProgram);
  }

  /** Whatever was frozen meanwhile runs again: a frozen task cannot be killed. Only a program can be in a cgroup of its own. */
  async thaw(): Promise<void> {
    this.#sandbox.treeCgroup?.do('thaw');
    if (this.#case.subject) await thaw(this.#sandbox, await look(this.#sandbox));
  }

  /** Waits until a program has made what it makes. */
  async settle(): Promise<void> {
    let last = '';
    for (let looks = 0, same = 0; looks < SETTLE_LOOKS && same < SAME_LOOKS; looks++) {
      await sleep(SETTLE_PAUSE);
      const all = await this.#tasks('tree');
      const now = JSON.stringify(all.map(({ id, threads }) => [id, threads.length]));
      const isBusy = all.some(({ threads }) => threads.some(({ state }) => state === 'R' || state === 'D'));
      same = now === last && !isBusy ? same + 1 : 0;
      last = now;
    }
  }

  /** Waits until the tree is at rest: a task that was released, or is about to stop, must run first. */
  async rest(): Promise<void> {
    for (let looks = 0; looks < REST_LOOKS && (await this.#sandbox.do('busy')) > 0; looks++) {
      await sleep(REST_PAUSE);
    }
  }

  /** Every task that is neither a bystander nor a helper of the agent. `waits`: first for dying tasks to be gone. */
  async listLeft(waits = true): Promise<CriuCensus> {
    const grace = waits ? GRACE : 0;
    let left: readonly Seen[] = [];
    for (let pause = 1, waited = 0; waited <= grace; waited += pause, pause = Math.min(2 * pause, GRACE_PAUSE)) {
      left = await this.#tasks('tree', 'criu');
      if (left.length === 0) break;
      await sleep(pause);
    }
    return { tasks: toTasks(this.#case, left), silent: [] };
  }

  /** The tasks of the case with these roles. */
  async #tasks(...wanted: readonly Role[]): Promise<readonly Seen[]> {
    const all = await look(this.#sandbox);
    // An orphan that runs on may fork.
    for (const id of findDescendants(this.#orphans, all)) this.#orphans.add(id);
    return all.filter(({ role, id }) => wanted.includes(role) && !this.#orphans.has(id));
  }
}
