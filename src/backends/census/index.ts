/** All kinds of state of a process, read from outside. A new kind is a file of its own, and a line here. */
import type { CriuFacts } from '../../record/criu.ts';
import { addresses } from './addresses.ts';
import { cgroups, type DescribeCgroups } from './cgroups.ts';
import { contents } from './contents.ts';
import { credentials } from './credentials.ts';
import { type Kind, ProcFolder } from './kind.ts';
import { limits } from './limits.ts';
import { madeMemory } from './made-memory.ts';
import type { Hole } from './memory.ts';
import { namespaces } from './namespaces.ts';
import { Numbering } from './numbering.ts';
import { fileFlags, openFiles } from './open-files.ts';
import { processState } from './process.ts';
import { scheduling } from './scheduling.ts';
import { signals } from './signals.ts';
import { timers } from './timers.ts';

/** The init around the tree, in whose namespaces CRIU runs. */
const INIT = '1';

/** What a process has: `steady` whatever it does, `held` while it does nothing; and of each thread, by its tid in /proc. */
export interface ProcessFacts {
  readonly steady: CriuFacts;
  readonly held?: CriuFacts;
  readonly threads: ReadonlyMap<number, CriuFacts>;
}

export interface Reading {
  /** Folder of /proc in which the pids are those of the tree's surroundings. */
  readonly proc: string;
  /** Whether nothing runs: then all kinds are read, else those that a running program does not change by what it does. */
  readonly isHeld: boolean;
  /** Whether memory is read: it is, when `holes` are given (bytes that the kernel writes), by pid. */
  readonly holes?: ReadonlyMap<number, readonly Hole[]>;
  /** What is compared of the cgroups of a process. Absent: nothing. */
  readonly cgroup?: DescribeCgroups | undefined;
  /** Whether CRIU is to restore cgroups. */
  readonly managesCgroups?: boolean;
  /** Facts that were not read in /proc but asked for, by pid. */
  readonly given?: ReadonlyMap<number, CriuFacts>;
}

/** Reads the processes of a tree, one after the other: objects that they share have one number. */
export class FactReader {
  readonly #reading: Reading;
  readonly #steady: readonly Kind[];
  readonly #held: readonly Kind[];

  constructor(reading: Reading) {
    this.#reading = reading;
    const { proc, isHeld } = reading;
    const ofNamespaces = namespaces(new ProcFolder(`${proc}/${INIT}`), reading.managesCgroups === true);
    this.#steady = [
      processState,
      limits,
      signals,
      ofNamespaces,
      fileFlags,
      credentials,
      scheduling,
      ...(reading.cgroup ? [cgroups(reading.cgroup)] : []),
    ];
    this.#held = isHeld ? [openFiles(new Numbering()), timers, addresses] : [];
  }

  read(pid: number, tids: readonly number[]): ProcessFacts {
    const { proc, isHeld, holes, given } = this.#reading;
    const process = new ProcFolder(`${proc}/${pid}`);
    const held = [...this.#held, holes ? contents(holes.get(pid) ?? []) : madeMemory];
    const threads = tids.map((tid): [number, CriuFacts] => [
      tid,
      readAll(this.#steady, 'thread', new ProcFolder(`${process.path}/task/${tid}`)),
    ]);
    return {
      steady: readAll(this.#steady, 'process', process),
      ...(isHeld && { held: { ...readAll(held, 'process', process), ...given?.get(pid) } }),
      threads: new Map(threads),
    };
  }
}

/** The facts of some kinds; what is empty is no fact: this kernel does not have it. */
function readAll(kinds: readonly Kind[], of: Kind['of'], folder: ProcFolder): CriuFacts {
  const facts = kinds.filter((kind) => kind.of === of).flatMap((kind) => Object.entries(kind.read(folder)));
  return Object.fromEntries(facts.filter(([, value]) => value !== ''));
}
