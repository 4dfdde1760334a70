/** Which cases of a matrix have been surveyed, in a file of one line each: a survey that was interrupted can go on. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

/** What is kept of a case. */
export interface Done {
  readonly scenario: string;
  readonly states: number;
  readonly complete: boolean;
  readonly violations: readonly string[];
  /** Seconds. */
  readonly took: number;
}

export class Progress {
  private readonly file: string;
  private readonly done = new Map<string, Done>();

  /** `resume`: what the file has counts; otherwise it is begun anew. */
  constructor(file: string, resume: boolean) {
    this.file = file;
    if (!resume) rmSync(file, { force: true });
    else if (existsSync(file)) for (const one of readLines(file)) this.done.set(one.scenario, one);
    mkdirSync(path.dirname(file), { recursive: true });
  }

  of(scenario: string): Done | undefined {
    return this.done.get(scenario);
  }

  add(one: Done): void {
    this.done.set(one.scenario, one);
    appendFileSync(this.file, `${JSON.stringify(one)}\n`);
  }
}

function readLines(file: string): Done[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Done);
}
