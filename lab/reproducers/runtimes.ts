/**
 * The part of `npm run reproducers` that is about container runtimes: every finding of docs/runtime-findings.md is exported and run as
 * where its runtime is installed, without mktrouble. What was measured is in a file beside this one, a line for each finding.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CannotExport } from '../../reporters/export/finding.ts';
import { writeShellScript } from '../../reporters/export/script.ts';
import { examineAsIs, findNamed } from '../../src/cli/export.ts';
import { RUNTIME_NAMES, type RuntimeName } from '../../src/model/runtime.ts';
import { asInstalled, findUnpackedRuntime } from '../../test/support/installed-runtime.ts';
import { type Count, findMedian, isShown, nameOf, readLines, WANTED, writeLines } from './measured.ts';

const FINDINGS = 'docs/runtime-findings.md';
const MEASURED = 'lab/reproducers/runtimes.jsonl';
const EXPORTED = path.resolve('.mktrouble/reproducers/runtimes');
/** Milliseconds of one run. */
const LIMIT = 300_000;

/** An exported finding, or why it cannot be exported. */
export interface RuntimeRow {
  readonly title: string;
  readonly runtime: RuntimeName;
  /** `runc 1.1.15, CRIU 4.1.1`. */
  readonly seen?: string;
  readonly isRace?: boolean;
  readonly lines?: number;
  readonly count?: Count;
  readonly refused?: string;
}

interface Numbered {
  readonly number: string;
  readonly title: string;
  readonly runtime: RuntimeName;
}

function listFindings(): Numbered[] {
  const sections = readFileSync(FINDINGS, 'utf8').matchAll(/^## (\d+)\. (.+) \((\w+)\)$/gm);
  return [...sections].map(([, number, title, runtime]) => ({
    number: number!,
    title: title!,
    runtime: runtime as RuntimeName,
  }));
}

const isSame = (row: RuntimeRow, { title, runtime }: Numbered): boolean =>
  row.title === title && row.runtime === runtime;

export function readRuntimeRows(): RuntimeRow[] {
  return readLines(MEASURED);
}

function nameFile({ title, runtime }: Numbered): string {
  return path.join(EXPORTED, `${runtime}-${nameOf(title)}.sh`);
}

/** Exports a finding with what one run shows; its scenario is the smallest. */
async function exportRow(one: Numbered): Promise<RuntimeRow> {
  const { title, runtime } = one;
  try {
    const named = findNamed(`${FINDINGS}#${one.number}`, undefined);
    const finding = await examineAsIs(named, {}, new AbortController().signal);
    const script = writeShellScript(finding);
    writeFileSync(nameFile(one), script);
    const { version, criu } = finding.seen?.record.runtime ?? {};
    return {
      title,
      runtime,
      seen:
        version === undefined ? 'not seen' : [`${runtime} ${version}`, ...(criu ? [`CRIU ${criu}`] : [])].join(', '),
      isRace: finding.case.runtime!.repeat > 1,
      lines: script.trimEnd().split('\n').length,
      count: { shown: 0, runs: 0 },
    };
  } catch (error) {
    if (!(error instanceof CannotExport)) throw error;
    return { title, runtime, refused: error.message };
  }
}

/** Runs each script until it was run so often, in all calls together. */
export async function measureRuntimes(runs: number, until: number, env: NodeJS.ProcessEnv): Promise<void> {
  mkdirSync(EXPORTED, { recursive: true });
  const settings = Object.entries(env).filter(([name]) => name === 'CRIU_FAULT');
  // podman starts the runtime below it without what is in the environment.
  const criu = ['env', ...settings.map(([name, value]) => `${name}=${value}`), env['CRIU']].join(' ');
  const findings = listFindings();
  const rows = new Map<Numbered, RuntimeRow>();
  const before = readRuntimeRows();
  for (const one of findings) {
    const known = before.find((row) => isSame(row, one));
    if (known) rows.set(one, known);
  }
  for (const one of findings) {
    if (performance.now() > until) break;
    const known = rows.get(one);
    if (!known || known.refused !== undefined || !existsSync(nameFile(one))) {
      const row = await exportRow(one);
      rows.set(one, { ...row, ...(known?.count && row.count && { count: known.count }) });
    }
    const runtime = await findUnpackedRuntime(one.runtime);
    let { count, lines } = rows.get(one)!;
    while (runtime && count && count.runs < runs) {
      const [command, ...words] = asInstalled(runtime.folder, 'sh', nameFile(one));
      const { status } = spawnSync(command!, words, {
        env: { ...process.env, CRIU: criu },
        stdio: 'ignore',
        timeout: LIMIT,
        killSignal: 'SIGKILL',
      });
      count = { shown: count.shown + (status === 1 ? 1 : 0), runs: count.runs + 1 };
      console.log(
        `${count.shown}/${count.runs} ${lines} lines: ${one.title} (${one.runtime})${status === 125 ? ': 125' : ''}`,
      );
      rows.set(one, { ...rows.get(one)!, count });
    }
    writeLines(
      MEASURED,
      findings.flatMap((other) => rows.get(other) ?? []),
    );
  }
}

/** The section of docs/reproducers.md. */
export function writeRuntimeSection(rows: readonly RuntimeRow[]): string {
  const lengths = rows.flatMap(({ lines }) => lines ?? []);
  const refused = rows.filter((row) => row.refused !== undefined);
  const numbers = listFindings();
  const lines = rows.map((row) => {
    const number = numbers.find((one) => isSame(row, one))?.number ?? '';
    const { title, runtime, seen = '', count, isRace } = row;
    const shown = count ? `${count.shown} of ${count.runs}` : 'refused';
    return `| ${number} | ${title}${isRace ? ' (a race)' : ''} | ${seen || runtime} | ${row.lines ?? ''} | ${shown} |`;
  });
  return `## Container runtimes

The findings of [runtime-findings.md](runtime-findings.md), exported as shell scripts and run where the runtime is installed: a script makes the container
from busybox alone, in namespaces and cgroups of its own, and exits with 1, 0 or 125 as above. [What it needs](export.md#container-runtimes).

${[...RUNTIME_NAMES.flatMap((name) => summarize(name, rows)), ...summarize('all', rows)].join('\n')}

A script has ${lengths.length === 0 ? 'no' : findMedian(lengths)} lines (median).

| | finding | seen with | lines | shown |
| --- | --- | --- | --- | --- |
${lines.join('\n')}
${refused.length === 0 ? '' : `\nNot exported:\n\n${refused.map((row) => `- ${row.title}: ${row.refused}`).join('\n')}\n`}`;
}

/** Of one runtime, or of all. */
function summarize(name: RuntimeName | 'all', rows: readonly RuntimeRow[]): string[] {
  const sure = rows.filter(({ runtime, isRace }) => (name === 'all' || runtime === name) && !isRace);
  if (sure.length === 0) return [];
  const good = sure.filter(({ count }) => count && isShown(count)).length;
  const share = Math.floor((100 * good) / sure.length);
  return [
    `- ${name}: of ${sure.length} that are no race, ${good} (${share} %) show in at least ${WANTED * 100} % of the runs`,
  ];
}
