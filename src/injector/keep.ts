/**
 * What a failed case leaves (`--keep`): a folder for each case, with what the backend put there of the run that failed, such
 * as images and logs, and the verdict. Runs put it into folders of their own; which one stays is known when all have ended.
 */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isMadeBy, sweepFolder, uniqueName } from '../backends/host/names.ts';
import { CannotWrite, makeFolder, writeFileAtomically } from '../boundary/write-file.ts';
import type { Verdict } from '../record/verdict.ts';

/** The folders of the runs of one case. */
export class Keep {
  readonly #folder: string;
  readonly #work: string;
  #run = 0;

  /** `folder`: that of all cases; made when the first run begins. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#work = path.join(folder, `.${uniqueName('keep')}`);
    if (!swept.has(folder)) removeAbandoned(folder);
    swept.add(folder);
  }

  /** The folder for the next run; undefined where it cannot be made, which `decide` throws. */
  next(): string | undefined {
    this.#run += 1;
    const folder = path.join(this.#work, String(this.#run));
    try {
      makeFolder(folder);
    } catch (error) {
      if (error instanceof CannotWrite) return undefined;
      throw error;
    }
    // Images have all that the memory of a program had.
    chmodSync(folder, 0o700);
    return folder;
  }

  /** The last run has ended: of those that did not fail only the first may still be asked for. */
  ended(isFailing: boolean): void {
    for (const run of this.#runs()) {
      const stays = isFailing ? run === this.#run : run === 1;
      if (!stays) rmSync(path.join(this.#work, String(run)), { recursive: true, force: true });
    }
  }

  /**
   * The verdict, with the folder of what its run left when it failed or broke; of any other verdict nothing is kept. An
   * earlier folder of the same case is replaced. Throws CannotWrite.
   */
  decide(verdict: Verdict): Verdict {
    const run = this.#runs().at(-1);
    try {
      if (!['fail', 'flaky', 'error'].includes(verdict.status)) return verdict;
      const kept = path.join(this.#folder, folderName(verdict));
      const withFolder = { ...verdict, kept };
      // Complete before it takes its name: what is killed meanwhile leaves only a folder that the next run removes.
      const work = path.join(this.#work, String(run ?? 1));
      writeFileAtomically(path.join(work, 'verdict.json'), `${JSON.stringify(withFolder, undefined, 1)}\n`);
      rmSync(kept, { recursive: true, force: true });
      renameSync(work, kept);
      return withFolder;
    } finally {
      if (existsSync(this.#work)) rmSync(this.#work, { recursive: true, force: true });
    }
  }

  /** The runs that have a folder, in their order. */
  #runs(): number[] {
    if (!existsSync(this.#work)) return [];
    return readdirSync(this.#work)
      .map(Number)
      .sort((a, b) => a - b);
  }
}

/** Removes what the runs of these processes left undecided when they end before their cases do, and what ended ones left. */
export function removeUndecided(folder: string, pids: readonly number[]): void {
  removeAbandoned(folder);
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!isMadeBy(name, pids)) continue;
    rmSync(path.join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

const swept = new Set<string>();

/** Removes what a mktrouble that was killed had not decided on. */
function removeAbandoned(folder: string): void {
  sweepFolder(folder, (left) => rmSync(left, { recursive: true, maxRetries: 3 }));
}

/** Its title, cut to what every file system accepts; the hash distinguishes cases with similar titles. */
function folderName({ id, title, backend, project, protocol }: Verdict): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const hash = createHash('sha256')
    .update(JSON.stringify([id, backend, protocol, ...(project === undefined ? [] : [project])]))
    .digest('hex')
    .slice(0, 8);
  return [words, backend, hash].filter(Boolean).join('.');
}
