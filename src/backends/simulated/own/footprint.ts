/**
 * What a step of a protocol of one's own touches, from its source: the words that it reads and writes, and whether it looks at, or
 * ends, the life of processes. The reduction rests on it, so it may say too much and never too little.
 */
import type { OwnProtocol, Reads, Site } from '../../../protocol/own/protocol.ts';

/** Sets of words: shared words and those of any process; those of the running process. */
export interface Footprint {
  readonly readsAny: ReadonlySet<number>;
  readonly readsOwn: ReadonlySet<number>;
  readonly writesAny: ReadonlySet<number>;
  readonly writesOwn: ReadonlySet<number>;
  /** It kills. */
  readonly kills: boolean;
  /** It makes a call that may fail. */
  readonly attempts: boolean;
  /** The stages at which the process may arrive, by their numbers. */
  readonly stages: ReadonlySet<number>;
}

/** The number of the life of a process among the words. */
export const LIFE_WORD = -1;

/** The footprint of the step at a site, whose texts up to the next step these are. */
export function footprintOf(
  site: Site | undefined,
  number: number,
  texts: readonly string[],
  { plain, reads, words }: OwnProtocol,
): Footprint {
  const readsAny = new Set<number>();
  const readsOwn = new Set<number>();
  const writesAny = new Set<number>();
  const writesOwn = new Set<number>();
  const stages = new Set<number>();
  const add = (one: Reads | undefined): void => {
    for (const word of one?.any ?? []) readsAny.add(word);
    for (const word of one?.own ?? []) readsOwn.add(word);
    if (one?.life) readsAny.add(LIFE_WORD);
  };
  if (site?.kind === 'wait') add(reads.get(`guard${number}`));
  if (site?.word !== undefined) {
    const isOwn = site.own === true && words[site.word]!.perProcess;
    (isOwn ? readsOwn : readsAny).add(site.word);
    if (site.kind !== 'load') (isOwn ? writesOwn : writesAny).add(site.word);
  }
  for (const text of texts) {
    for (const [, name, digits] of text.matchAll(/\b(read|any|own)(\d+)\(/g))
      (name === 'own' ? readsOwn : readsAny).add(Number(digits));
    for (const [, name] of text.matchAll(/\b((?:fun|guard)\d+)\(/g)) if (plain.has(name!)) add(reads.get(name!));
    for (const [, stage] of text.matchAll(/\bset_stage\(m, world, current, (\d+)\)/g)) stages.add(Number(stage));
    if (text.includes('is_alive(')) readsAny.add(LIFE_WORD);
  }
  const kills = site?.kind === 'kill';
  if (kills) writesAny.add(LIFE_WORD);
  return { readsAny, readsOwn, writesAny, writesOwn, kills, attempts: site?.kind === 'attempt', stages };
}
