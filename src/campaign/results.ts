/**
 * What the units of a campaign have found so far. Each unit counts once, whichever worker did it and however often; so results are the
 * same for any number of workers, in any order.
 */
import * as z from 'zod';
import { parseJson } from '../boundary/parse-json.ts';
import { DEFECT_STATE_NAMES } from '../model/signature.ts';

const STATUSES = ['pass', 'fail', 'flaky', 'incomplete', 'skip', 'error'] as const;
export type Status = (typeof STATUSES)[number];

/** Characters of a text, at most. */
export const MAX_TEXT = 20_000;
const text = z.string().max(MAX_TEXT);
const found = z.strictObject({
  /** The id of the signature. */
  id: text,
  signature: z.strictObject({ property: text, place: text, shape: text }),
  state: z.enum(DEFECT_STATE_NAMES),
  /** Runs that show it. */
  times: z.int().min(1),
  /** The first of them: its case, and its seed. */
  case: text,
  seed: text,
  /** The replay file of that run, or the scenario of the finding. */
  file: text.optional(),
});

/** What a run of a module's item gave. */
const value = z.strictObject({
  /** The name of the item. */
  case: text,
  seed: text,
  /** As text: it is as deep as the module has it. */
  json: text.refine(isJson),
});

const unitResult = z.strictObject({
  unit: z.int().min(0),
  /** Milliseconds of work. */
  duration: z.number().min(0),
  counts: z.partialRecord(z.enum(STATUSES), z.int().min(0)),
  found: z.array(found),
  /** The first error that was no finding: what broke, and in which case. */
  broken: text.optional(),
  values: z.array(value).optional(),
});

const snapshot = z.strictObject({
  version: z.literal(1),
  plan: z.string(),
  /** How much of each log is contained, in bytes or entries. */
  read: z.record(z.string(), z.int().min(0)),
  /** The units that are done, a bit each, in base64. */
  done: z.string(),
  duration: z.number().min(0),
  counts: z.partialRecord(z.enum(STATUSES), z.int().min(0)),
  found: z.array(z.strictObject({ ...found.shape, unit: z.int().min(0) })),
  broken: z.array(z.strictObject({ unit: z.int().min(0), text })),
  values: z.array(z.strictObject({ ...value.shape, unit: z.int().min(0) })).optional(),
});

export type Found = z.infer<typeof found>;
export type Value = z.infer<typeof value>;
export type UnitResult = z.infer<typeof unitResult>;
export type Snapshot = z.infer<typeof snapshot>;

/** A finding of the whole campaign: its example is that of the first unit that shows it. */
export type CampaignFinding = Found & { readonly unit: number };

/** Errors that are kept: those of the first units. */
const MAX_BROKEN = 20;

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** Whether a bit from this one on is set: a unit that does not exist. */
function hasBitFrom(bits: Uint8Array, unit: number): boolean {
  return (unit & 7) !== 0 && bits[unit >> 3]! >> (unit & 7) !== 0;
}

export class Results {
  readonly plan: string;
  readonly units: number;
  readonly #done: Uint8Array;
  readonly #counts: Record<Status, number> = { pass: 0, fail: 0, flaky: 0, incomplete: 0, skip: 0, error: 0 };
  readonly #found = new Map<string, CampaignFinding>();
  #broken: { readonly unit: number; readonly text: string }[] = [];
  readonly #values: (Value & { readonly unit: number })[] = [];
  /** How many units are done. */
  done = 0;
  /** Milliseconds of work of all units that are done. */
  duration = 0;
  /** No unit below it is left to do. */
  #first = 0;

  /** `plan`: the id of the plan; `units`: how many it has. */
  constructor(plan: string, units: number) {
    this.plan = plan;
    this.units = units;
    this.#done = new Uint8Array(Math.ceil(units / 8));
  }

  isDone(unit: number): boolean {
    return (this.#done[unit >> 3]! & (1 << (unit & 7))) !== 0;
  }

  /** The first unit from `from` on, around the end, that is not done and that `accept` takes; undefined: there is none. */
  next(from: number, accept: (unit: number) => boolean): number | undefined {
    while (this.#first < this.units && this.isDone(this.#first)) this.#first++;
    for (let i = 0; i < this.units; i++) {
      let unit = from + i;
      if (unit >= this.units) unit -= this.units;
      if (unit < this.#first) {
        i += this.#first - unit - 1;
        continue;
      }
      // Eight at once, where all are done.
      if ((unit & 7) === 0 && this.#done[unit >> 3] === 255) {
        i += 7;
        continue;
      }
      if (!this.isDone(unit) && accept(unit)) return unit;
    }
    return undefined;
  }

  /** Adds a line of a log; one that is no result, or whose unit is done already, changes nothing. */
  addLine(line: string): void {
    const result = parseJson(unitResult, line);
    // A text: the worker was killed, or the disk was full, while it wrote.
    if (typeof result !== 'string') this.add(result);
  }

  add({ unit, duration, counts, found, broken, values = [] }: UnitResult): void {
    if (unit >= this.units || this.isDone(unit)) return;
    this.#done[unit >> 3]! |= 1 << (unit & 7);
    this.done++;
    this.duration += duration;
    for (const status of STATUSES) this.#counts[status] += counts[status] ?? 0;
    for (const one of found) this.#addFound({ ...one, unit });
    if (broken !== undefined) this.#addBroken([{ unit, text: broken }]);
    for (const one of values) this.#values.push({ ...one, unit });
  }

  /** The first unit that shows a finding has its example. */
  #addFound(one: CampaignFinding): void {
    const before = this.#found.get(one.id);
    if (!before) {
      this.#found.set(one.id, one);
      return;
    }
    const example = one.unit < before.unit ? one : before;
    this.#found.set(one.id, { ...example, times: before.times + one.times });
  }

  #addBroken(broken: readonly { readonly unit: number; readonly text: string }[]): void {
    this.#broken = [...this.#broken, ...broken].sort((a, b) => a.unit - b.unit).slice(0, MAX_BROKEN);
  }

  get counts(): Readonly<Record<Status, number>> {
    return this.#counts;
  }

  /** Runs of the units that are done. */
  get runs(): number {
    return STATUSES.reduce((sum, status) => sum + this.#counts[status], 0);
  }

  /** The findings, each once, by their ids. */
  get findings(): readonly CampaignFinding[] {
    return [...this.#found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The first errors that are no findings. */
  get broken(): readonly { readonly unit: number; readonly text: string }[] {
    return this.#broken;
  }

  /** What the items of a module gave, in the order of the plan. */
  get values(): readonly Value[] {
    return [...this.#values].sort((a, b) => a.unit - b.unit).map(({ unit: _, ...one }) => one);
  }

  /** All of it in short; `read`: how much of each log is contained. */
  toSnapshot(read: Readonly<Record<string, number>>): string {
    const one: Snapshot = {
      version: 1,
      plan: this.plan,
      read,
      done: Buffer.from(this.#done).toString('base64'),
      duration: this.duration,
      counts: this.#counts,
      found: [...this.findings],
      broken: this.#broken,
      ...(this.#values.length > 0 && { values: this.#values }),
    };
    return JSON.stringify(one);
  }

  /** Results from a snapshot of the same plan, and how much of each log they contain; undefined for any other text. */
  static fromSnapshot(
    text: string,
    plan: string,
    units: number,
  ): { results: Results; read: Record<string, number> } | undefined {
    const data = parseJson(snapshot, text);
    if (typeof data === 'string' || data.plan !== plan) return undefined;
    const results = new Results(plan, units);
    const done = Buffer.from(data.done, 'base64');
    if (done.length !== results.#done.length || hasBitFrom(done, units)) return undefined;
    results.#done.set(done);
    for (const byte of done) for (let bits = byte; bits !== 0; bits &= bits - 1) results.done++;
    results.duration = data.duration;
    for (const status of STATUSES) results.#counts[status] = data.counts[status] ?? 0;
    for (const one of data.found) results.#found.set(one.id, one);
    results.#broken = data.broken;
    results.#values.push(...(data.values ?? []));
    return { results, read: data.read };
  }
}
