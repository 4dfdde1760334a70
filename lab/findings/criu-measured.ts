/** What `npm run findings:criu` has measured: kept in a file, from which the page is written again when defects are reviewed. */
import { readFileSync, writeFileSync } from 'node:fs';

/** A line for the run, and one for each scenario that shows a defect. */
const FILE = 'lab/findings/criu.jsonl';

/** What was run, and what is no scenario. */
export interface MeasuredRun {
  /** Versions of CRIU; the first shrinks. */
  readonly versions: readonly string[];
  readonly kernel: string;
  /** Paragraphs of the page. */
  readonly also: readonly string[];
}

export interface MeasuredScenario {
  /** Of the scenario, without its matrix values. */
  readonly title: string;
  readonly file: string;
  readonly violates: readonly string[];
  /** It needs images that CRIU has not written. */
  readonly isDamaged: boolean;
  readonly runs: number;
  /** In how many of them each version showed it. */
  readonly shown: readonly number[];
  /** The defect of mktrouble.known.yaml that its finding had; absent where none had its signature. */
  readonly defect?: string;
}

export interface Measured extends MeasuredRun {
  readonly scenarios: readonly MeasuredScenario[];
}

export function readMeasured(): Measured {
  const [run, ...scenarios] = readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { ...(run as MeasuredRun), scenarios: scenarios as MeasuredScenario[] };
}

export function writeMeasured({ scenarios, ...run }: Measured): void {
  writeFileSync(FILE, [run, ...scenarios].map((one) => `${JSON.stringify(one)}\n`).join(''));
}
