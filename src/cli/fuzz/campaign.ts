import { isBadSurroundings, type Plan } from '../../backends/backend.ts';
import { NoSuchImage, resolveFile } from '../../backends/criu/images/edit.ts';
import { kindsText } from '../../backends/criu/images/folder.ts';
import { listKinds, parseKind } from '../../backends/criu/images/mutate.ts';
import { type CriuBackend, criu } from '../../backends/criu/index.ts';
import { whyNot } from '../../injector/index.ts';
import type { Case } from '../../model/case.ts';
import { type ImageEdit, type ImageMutation, PLAIN_CRIU } from '../../model/criu.ts';
import { judge } from '../../properties/index.ts';
import type { RunRecord } from '../../record/record.ts';
import type { Violation } from '../../record/verdict.ts';
import { didYouMean } from '../../scenario/source/nearest.ts';
import { print } from '../exit.ts';
import { FuzzError, readBase } from './base.ts';
import { writeFinding } from './write-finding.ts';

/** What the command line says of a campaign. */
export interface CampaignFlags {
  readonly target: string;
  readonly seed: string;
  /** Runs at most. */
  readonly count?: number;
  /** Seconds at most. */
  readonly time?: number;
  readonly changes: number;
  readonly parallel: number;
  readonly out: string;
  /** Whether the command of the scenario may be run; default: no. */
  readonly allowCommands?: boolean;
  /** The version or program of CRIU; by default the one that is found. */
  readonly criu?: string;
}

export interface CampaignOptions extends CampaignFlags {
  readonly file: string | undefined;
  readonly signal: AbortSignal;
}

/** Runs the campaign, and prints what it finds and how far it is. Rejects with FuzzError. */
export async function campaign(
  options: CampaignOptions,
): Promise<{ readonly runs: number; readonly findings: number }> {
  const backend = criu({
    allowCommands: options.allowCommands ?? false,
    ...(options.criu !== undefined && { criu: options.criu }),
  });
  try {
    const base = readBase(options.file, 'Changed images');
    const reason = await whyNot(backend, base);
    if (reason !== undefined) throw new FuzzError(reason);
    const images = await backend.images(base);
    if (options.target !== 'any' && !listKinds(images).includes(options.target)) {
      const hint = didYouMean(options.target, [...listKinds(images), 'any']);
      throw new FuzzError(`there is no image of the kind ${options.target}; ${kindsText(images)}`, hint);
    }
    const found = new Findings(options.out);
    const until = options.time === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.time * 1000;
    let next = 0;
    let runs = 0;
    const work = async (): Promise<void> => {
      while (
        next < (options.count ?? Number.POSITIVE_INFINITY) &&
        performance.now() < until &&
        !options.signal.aborted
      ) {
        const number = next++;
        const c = changedCase(base, options, number);
        const record = await played(backend, { case: c, protocol: 'series', seed: options.seed, maxSteps: 1 });
        runs++;
        for (const violation of judge(c, record)) found.add(base, record, violation);
        progress(runs, found.count);
      }
    };
    await Promise.all(Array.from({ length: options.parallel }, work));
    print(`${runs} runs, ${found.count} findings${found.count > 0 ? ` in ${options.out}` : ''}\n`);
    return { runs, findings: found.count };
  } catch (error) {
    throw isBadSurroundings(error) ? new FuzzError(error.message) : error;
  } finally {
    await backend.dispose();
  }
}

/** The case of a run: as many changes as its number says, up to the most, drawn by the seed and its number. */
export function changedCase(
  base: Case,
  { target, seed, changes }: Pick<CampaignOptions, 'target' | 'seed' | 'changes'>,
  number: number,
): Case {
  const setup = base.criu ?? PLAIN_CRIU;
  const mutation: ImageMutation = {
    kind: 'mutate',
    target,
    seed: `${seed} ${number}`,
    changes: 1 + (number % changes),
  };
  return { ...base, criu: { ...setup, images: [...setup.images, mutation] } };
}

/** A kind of image that a program has at one time and not at another can't be looked into. */
export async function played(backend: CriuBackend, plan: Plan): Promise<RunRecord> {
  try {
    return await backend.run(plan);
  } catch (error) {
    if (error instanceof NoSuchImage) throw new FuzzError(`not each dump of it is alike: ${error.message}`);
    throw error;
  }
}

function progress(runs: number, findings: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${runs} runs, ${findings} findings `);
}

/** One of each: the first that violates a property at a place. */
class Findings {
  readonly #out: string;
  readonly #seen = new Set<string>();

  constructor(out: string) {
    this.#out = out;
  }

  get count(): number {
    return this.#seen.size;
  }

  /** Takes note of a violation in a run of the case, whose images were changed as the record says. */
  add(base: Case, record: RunRecord, { property, message }: Violation): void {
    const edits = madeEdits(record);
    const where = locateViolation(record, message, edits);
    const key = `${property} ${where}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const file = saveFinding(this.#out, base, record, { property, message });
    print(`${property} at ${where}\n  ${message}\n  ${JSON.stringify(edits)}\n  ${file}\n`);
  }
}

/** Writes the scenario that shows a violation of a run again; returns its path. */
export function saveFinding(folder: string, base: Case, record: RunRecord, { property, message }: Violation): string {
  const edits = madeEdits(record);
  const title = `${base.scenario}: ${property} at ${locateViolation(record, message, edits)}`.slice(0, 190);
  const saved: Case = {
    ...base,
    title,
    why: `${message} (CRIU ${record.criu!.version})`,
    criu: { ...(base.criu ?? PLAIN_CRIU), images: edits },
    expect: { ...base.expect, violates: [property] },
  };
  return writeFinding(folder, property, saved);
}

/**
 * Where in CRIU it shows: the first error's place in its source, else what happened without its numbers. Where CRIU only
 * notes that a process is dead, or names nothing, the changes distinguish the findings.
 */
function locateViolation({ criu: seen }: RunRecord, message: string, edits: readonly ImageEdit[]): string {
  const run = seen?.restore ?? seen?.dump;
  const bug = run?.errors.find((error) => /BUG at/.test(error));
  const death = run?.errors.find((error) => /killed by signal/.test(error));
  const error = bug ?? death ?? run?.errors[0];
  const place = (error && /^(\S+?:\d+)/.exec(error)?.[1]) ?? message.replace(/\d+/g, 'N').slice(0, 60);
  const says = bug !== undefined || (death === undefined && error !== undefined);
  return says ? place : `${place}, ${edits.map(changeText).join(' and ')}`;
}

/** Those of a case without editors of the user's own, which are not fuzzed. */
function madeEdits({ criu: seen }: RunRecord): readonly ImageEdit[] {
  return (seen?.edits ?? []).filter((edit) => edit.kind !== 'edited');
}

/** `core, field 3.1`. */
function changeText(edit: ImageEdit): string {
  const what = edit.kind === 'field' ? ` ${edit.path.join('.')}` : '';
  return `${parseKind(resolveFile(edit))}, ${edit.kind}${what}`;
}
