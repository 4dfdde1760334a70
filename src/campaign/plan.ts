/**
 * The plan of a campaign: what is to be run, cut into units. A unit is a range of runs; it is named by the content of the plan and its
 * place in it, so every worker names it alike, and a unit that is done twice counts once. Units are not listed: a million of them is a
 * few lines, from which each worker cuts the same ranges.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../boundary/parse-json.ts';
import { CampaignError } from './campaign-error.ts';

/** Milliseconds that one run may take, at most: a day. */
export const MAX_LIMIT = 86_400_000;

const group = z.strictObject({
  /** Unique in its plan: the key of a case, the scenario that is fuzzed or swept, the item of a module. */
  name: z.string().max(10_000),
  /** Runs of it, from 1. */
  runs: z.int().min(1).max(1_000_000_000_000),
  /** Milliseconds that one run takes, about. */
  cost: z.number().positive(),
});

const plan = z.strictObject({
  version: z.literal(1),
  kind: z.enum(['run', 'fuzz', 'sweep', 'module']),
  /** What the workers of this kind need to know. */
  work: z.record(z.string(), z.unknown()),
  /** By path from the working folder, the SHA-256 of each file that decides what is run. */
  files: z.record(z.string(), z.string()),
  /** Seed of the first run of each group. */
  firstSeed: z.int().min(0),
  groups: z.array(group).min(1).max(1_000_000),
  /** Milliseconds that a unit should take. */
  unitTime: z.number().positive(),
  /** Milliseconds that one run may take; without it those of a worker that gives no sign of life. */
  limit: z.number().positive().max(MAX_LIMIT).optional(),
});

export type Group = z.infer<typeof group>;
export type Plan = z.infer<typeof plan>;

/** Bytes of a plan, at most. */
export const MAX_PLAN_BYTES = 1 << 27;
/** Units of a campaign, at most: the set of those that are done is held in memory, a bit for each. */
const MAX_UNITS = 10_000_000;
/** Hexadecimal digits of an id. */
const ID_DIGITS = 12;

/** Some runs of one group. */
export interface Runs {
  /** The number of the group in the plan. */
  readonly group: number;
  /** The first run, counted from 0 within the group. */
  readonly from: number;
  readonly count: number;
}

/** Reads a plan; a text says what is wrong with it. */
export function parsePlan(text: string): Plan | string {
  return parseJson(plan, text);
}

/** The plan in a file. Throws CampaignError. */
export function readPlan(text: string, file: string): Plan {
  const made = parsePlan(text);
  if (typeof made === 'string') throw new CampaignError(`${file} is not a plan of this version: ${made}`);
  return made;
}

/** The plan as text: equal plans have equal texts. */
export function printPlan(one: Plan): string {
  return `${JSON.stringify(one)}\n`;
}

/** The id of a plan: 12 hexadecimal digits, equal for equal content. */
export function hashPlan(one: Plan): string {
  return createHash('sha256').update(printPlan(one)).digest('hex').slice(0, ID_DIGITS);
}

function tooMany(): RangeError {
  return new RangeError(`a campaign has at most ${MAX_UNITS.toLocaleString('en')} units`);
}

/** Runs of such a cost that an empty unit takes. */
function runsPerUnit(unitTime: number, cost: number): number {
  return Math.max(1, Math.floor(unitTime / cost));
}

/** The units of a plan, as ranges of its runs. */
export class Units {
  readonly #groups: readonly Group[];
  /** The first run of each unit, counted over all groups; then the number of all runs. */
  readonly #starts: Float64Array;
  /** The first run of each group. */
  readonly #groupStarts: Float64Array;

  /** Throws a RangeError for more units than a campaign may have. */
  constructor({ groups, unitTime }: Plan) {
    this.#groups = groups;
    this.#groupStarts = new Float64Array(groups.length);
    // A group fills the open unit, has whole ones, and leaves one open. A list that grows would take most of the time of a status.
    const most = groups.reduce((sum, { runs, cost }) => sum + 2 + Math.floor(runs / runsPerUnit(unitTime, cost)), 0);
    const starts = new Float64Array(Math.min(most, MAX_UNITS) + 1);
    let [count, at] = [0, 0];
    /** Milliseconds of the open unit; 0: none is open. */
    let open = 0;
    for (const [i, { runs, cost }] of groups.entries()) {
      this.#groupStarts[i] = at;
      for (let left = runs; left > 0; ) {
        if (open + cost > unitTime) open = 0;
        if (open === 0) {
          if (count === MAX_UNITS) throw tooMany();
          starts[count++] = at;
        }
        const taken = Math.min(left, Math.max(1, Math.floor((unitTime - open) / cost)));
        open += taken * cost;
        at += taken;
        left -= taken;
      }
    }
    starts[count] = at;
    this.#starts = starts.subarray(0, count + 1);
  }

  /** How many units there are. */
  get count(): number {
    return this.#starts.length - 1;
  }

  /** How many runs all units have. */
  get runs(): number {
    return this.#starts[this.count]!;
  }

  /** How many runs a unit has. */
  size(unit: number): number {
    return this.#starts[unit + 1]! - this.#starts[unit]!;
  }

  /** The runs of a unit, group by group. */
  list(unit: number): Runs[] {
    const [from, to] = [this.#starts[unit]!, this.#starts[unit + 1]!];
    const listed: Runs[] = [];
    for (let group = this.#groupOf(from), at = from; at < to; group++) {
      const start = this.#groupStarts[group]!;
      const end = Math.min(to, start + this.#groups[group]!.runs);
      listed.push({ group, from: at - start, count: end - at });
      at = end;
    }
    return listed;
  }

  /** The group of a run, by bisection. */
  #groupOf(run: number): number {
    let [low, high] = [0, this.#groupStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#groupStarts[middle]! <= run) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
