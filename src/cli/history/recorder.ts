/** Gathers the results of a run for the history, while it goes. */
import { identifyFinding } from '../../../reporters/shared/finding.ts';
import type { CaseResult } from '../../../reporters/shared/result.ts';
import { Tally } from '../../../reporters/shared/summary.ts';
import { caseKey, type History, type HistoryFinding, MAX_FINDINGS, readHistory, writeHistory } from './store.ts';

/** Characters of a reason in the history. */
const MAX_REASON = 500;

export class HistoryRecorder {
  readonly #folder: string;
  readonly #command: string;
  readonly #isShard: boolean;
  readonly #began = new Date();
  readonly #tally = new Tally();
  readonly #cases: History['cases'] = {};
  readonly #findings: HistoryFinding[] = [];
  readonly #seen = new Set<string>();
  #isSaved = false;

  /** `isShard`: durations stay as they were, by which the other shards of the run are split. */
  constructor(folder: string, command: string, isShard: boolean) {
    this.#folder = folder;
    this.#isShard = isShard;
    this.#command = command;
  }

  add(result: CaseResult): void {
    this.#tally.add(result);
    const { kind, verdict, title, duration } = result;
    if (!verdict) return;
    const key = caseKey(verdict.id, verdict.project ?? verdict.backend);
    this.#cases[key] = { result: kind, duration: Math.round(duration * 10) / 10, run: 0 };
    if (kind === 'pass' || kind === 'skip' || this.#findings.length >= MAX_FINDINGS) return;
    // As the terminal report does: equal findings of one matrix have one number.
    const finding = identifyFinding(result);
    if (finding !== undefined && this.#seen.has(finding)) return;
    if (finding !== undefined) this.#seen.add(finding);
    const [first] = verdict.violations;
    const what = first ? `${first.property}: ${first.message}` : (result.reason ?? kind);
    this.#findings.push({
      key,
      result: kind,
      title,
      place: `${verdict.position.file}:${verdict.position.line}`,
      what: what.slice(0, MAX_REASON),
      ...(verdict.replay !== undefined && { replay: verdict.replay }),
    });
  }

  /** Writes the history with this run in it, once; a run in which nothing ended leaves it as it is. */
  save(interrupted: boolean): void {
    const { cases: total, duration, ...counts } = this.#tally.summary(interrupted);
    if (this.#isSaved || total === 0) return;
    this.#isSaved = true;
    const before = readHistory(this.#folder);
    const number = (before.runs.at(-1)?.number ?? 0) + 1;
    const { passed, failed, flaky, errors, incomplete, skipped } = counts;
    const cases = Object.entries(this.#cases).map(([key, { result, duration }]) => {
      const measured = this.#isShard ? before.cases[key]?.duration : duration;
      return [key, { result, run: number, ...(measured !== undefined && { duration: measured }) }] as const;
    });
    writeHistory(this.#folder, {
      version: 1,
      runs: [
        ...before.runs,
        {
          number,
          time: this.#began.toISOString(),
          duration: Math.round(duration),
          command: this.#command.slice(0, 2000),
          passed,
          failed,
          flaky,
          errors,
          incomplete,
          skipped,
          interrupted,
          findings: this.#findings,
        },
      ],
      cases: { ...before.cases, ...Object.fromEntries(cases) },
    });
  }
}
