/** A task of a written-out tree while the tree is being built: linked to its relatives, defaults not yet written out. */
import { RESTART_FLAGS, type Task, type TaskForCriu, USUAL_MEMORY } from '../../model/case.ts';
import type { Document } from '../schema/document.ts';
import type { Path } from '../source/raw.ts';
import { flagBits } from './flags.ts';

export type TaskWords = Exclude<Document['tree'], { generate: unknown }>;
export type ThreadWords = Exclude<NonNullable<TaskWords['threads']>[number], number>;
export type LateWords = NonNullable<TaskWords['forks']>[number];

/** Where a task is written. */
export interface Spot {
  readonly path: Path;
  /** late: forked while the restart may be at work. */
  readonly kind: 'process' | 'thread' | 'late';
  /** The task that makes it; undefined for the root. */
  readonly creator?: Draft;
  /** The number among its creator's forks, for a late one. */
  readonly forkNumber?: number;
}

export class Draft {
  readonly pid: number;
  /** Its keys in the file, without those that a task of its kind cannot have. */
  readonly words: Partial<TaskWords>;
  readonly spot: Spot;
  readonly creator: Draft | undefined;
  /** Undefined: the coordinator. */
  readonly parent: Draft | undefined;
  readonly leader: Draft;
  readonly session: number;
  readonly pgid: number;
  /** Its children, in the order in which they are created. */
  readonly children: Draft[] = [];
  /** The other threads of its group. */
  readonly threads: Draft[] = [];

  constructor(words: TaskWords | ThreadWords | LateWords, spot: Spot) {
    const { creator } = spot;
    this.pid = words.pid;
    this.words = words as Partial<TaskWords>;
    this.spot = spot;
    this.creator = creator;
    // CLONE_THREAD and CLONE_PARENT both give the parent of the one that clones.
    const sharesParent = spot.kind === 'thread' || this.words.sibling === true;
    this.parent = sharesParent ? creator?.parent : creator;
    this.leader = spot.kind === 'thread' && creator ? creator.leader : this;
    this.session = this.words.session ?? (this.words.entered ? this.pid : (creator?.session ?? this.pid));
    this.pgid = this.words.pgid ?? defaultGroup(this, listAbove(creator));
  }

  /** Where the file says a word of this task. */
  findPath(word: keyof TaskWords): Path {
    return [...this.spot.path, word];
  }

  /** With everything written out. */
  task(): Task {
    const { words, spot } = this;
    const tracedBy = words['traced-by'];
    const ghost = words.ghost ?? false;
    return {
      pid: this.pid,
      ...(words.name === undefined ? {} : { name: words.name }),
      parent: this.parent?.pid ?? 'coordinator',
      leader: this.leader.pid,
      creator: this.creator?.pid ?? 'coordinator',
      state: words.state ?? 'alive',
      exitCode: words['exit-code'] ?? 0,
      ghost,
      sibling: words.sibling ?? false,
      session: this.session,
      pgid: this.pgid,
      ...(tracedBy === undefined ? {} : { tracedBy }),
      owner: words.owner ?? 'self',
      restartingItself: words['restarting-itself'] ?? false,
      absent: words.absent ?? false,
      exits: words.exits ?? false,
      flags: (flagBits(words.flags ?? []) | (ghost ? RESTART_FLAGS.ghost : 0)) >>> 0,
      ...readCriu(words),
      ...(spot.forkNumber === undefined ? {} : { forkedLate: spot.forkNumber }),
    };
  }
}

/**
 * The process group of a task that does not say: that of the nearest task above it in its session, or the one that the leader of the session
 * founds: the task itself, or of an orphan the process that has exited.
 */
export function defaultGroup(
  { session }: Pick<Task, 'session'>,
  above: Iterable<Pick<Task, 'session' | 'pgid'>>,
): number {
  // The chain may be a million tasks long; the first of it is the one, as a rule.
  for (const one of above) if (one.session === session) return one.pgid;
  return session;
}

/** A task and those that made it, the nearest first. */
export function* listAbove(creator: Draft | undefined): Generator<Draft> {
  for (let one = creator; one !== undefined; one = one.creator) yield one;
}

function readCriu(words: Partial<TaskWords>): { readonly criu?: TaskForCriu } {
  const {
    stopped,
    blocked,
    pending,
    memory,
    'exit-signal': exitSignal,
    resources = [],
    orphan = false,
    entered = false,
  } = words;
  const criu = {
    stopped: stopped ?? false,
    blocked: [...new Set(blocked)],
    pending: [...new Set(pending)],
    ...(exitSignal === undefined ? {} : { exitSignal }),
    memory: memory ?? USUAL_MEMORY,
    ...(resources.length === 0 ? {} : { resources: [...new Set(resources)] }),
    ...(orphan && { orphan }),
    ...(entered && { entered }),
  };
  const isPlain = !criu.stopped && criu.blocked.length + criu.pending.length === 0 && exitSignal === undefined;
  if (isPlain && criu.memory === USUAL_MEMORY && resources.length === 0 && !orphan && !entered) return {};
  return { criu };
}
