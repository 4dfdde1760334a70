/**
 * `npm run bench`: what docs/benchmarks.md promises, measured: one table. Fails when something can't be run or gives a
 * wrong result, not because a machine is slow.
 *   --smoke        every kind of row, in less than a minute
 *   --only <name>  one section (repeatable)
 *   --write        puts the table, or the sections that are run, into docs/benchmarks.md
 */

import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { grouped } from '../../reporters/words/numbers.ts';
import { campaign } from './campaign.ts';
import { census } from './census.ts';
import { build } from './child.ts';
import { cores } from './cores.ts';
import { bench as criu } from './criu.ts';
import { exhaustive } from './exhaustive.ts';
import { finding } from './finding.ts';
import { linear } from './linear.ts';
import { million } from './million.ts';
import { bench as native } from './native.ts';
import { play } from './play.ts';
import { races } from './races.ts';
import { random } from './random.ts';
import { isKept, type Row, type Section } from './row.ts';
import { spin } from './spin.ts';
import { workers } from './workers.ts';

const SECTIONS: readonly Section[] = [
  random,
  exhaustive,
  cores,
  finding,
  spin,
  million,
  linear,
  races,
  workers,
  campaign,
  play,
  { name: 'native', title: 'The native backend', run: (smoke) => native({ smoke }) },
  { name: 'criu', title: 'The CRIU backend', run: (smoke) => criu({ smoke }) },
  census,
];
const PAGE = path.resolve(import.meta.dirname, '../../docs/benchmarks.md');

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
  },
});
const unknown = values.only?.filter((name) => !SECTIONS.some((section) => section.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`no section ${unknown.join(', ')}; there are ${SECTIONS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

build();
const lines: string[] = [];
let failed = false;
for (const section of SECTIONS) {
  if (values.only && !values.only.includes(section.name)) continue;
  const rows = await measureRows(section);
  if (rows.length === 0) continue;
  const table = [
    `### ${section.title}`,
    '',
    '| | measured | promised | |',
    '| --- | --: | --: | --- |',
    ...rows.map(formatRow),
    '',
  ];
  console.log(table.join('\n'));
  lines.push(...table);
}
if (values.write && !failed) write(lines);
if (failed) process.exitCode = 1;

async function measureRows(section: Section): Promise<readonly Row[]> {
  try {
    return await section.run(values.smoke);
  } catch (error) {
    failed = true;
    console.error(`${section.name}: ${error instanceof Error ? error.stack : error}`);
    return [];
  }
}

function formatRow(row: Row): string {
  const kept = isKept(row);
  const promised = row.limit !== undefined ? `≤ ${row.limit}` : row.atLeast !== undefined ? `≥ ${row.atLeast}` : '';
  const missed = kept === false ? '**not reached** ' : '';
  return `| ${row.name} | ${shown(row.value)} ${row.unit} | ${promised} | ${missed}${row.detail ?? ''} |`;
}

/** Three digits that count. */
function shown(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return 'more';
  if (value === 0) return '0';
  return Math.abs(value) >= 100 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Of the last five minutes; the benchmark itself adds about one. */
function load(): string {
  return `load average ${os.loadavg()[1]!.toFixed(1)}`;
}

/** The table stands between two comments. */
function write(table: readonly string[]): void {
  const [begin, end] = ['<!-- measured -->', '<!-- /measured -->'];
  const page = readFileSync(PAGE, 'utf8');
  const machine = `${os.cpus()[0]?.model ?? 'unknown processor'}, ${os.cpus().length} cores, Node ${process.versions.node}, ${os.type()} ${os.release()}`;
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end);
  if (to < from) throw new Error(`${PAGE} has no place for the table`);
  if (values.only) return writeFileSync(PAGE, withSections(page, from, to, table.join('\n')));
  writeFileSync(PAGE, `${page.slice(0, from)}\n\nOn ${machine}, ${load()}:\n\n${table.join('\n')}${page.slice(to)}`);
}

/** The table with a section that it does not have yet, before the first of those that are measured after it. */
function withNewSection(table: string, section: string): string {
  const titles = SECTIONS.map(({ title }) => `### ${title}\n`);
  const later = titles.slice(titles.findIndex((title) => section.startsWith(title)) + 1);
  const places = later.map((title) => table.indexOf(title)).filter((place) => place >= 0);
  const at = places[0] ?? table.length;
  return `${table.slice(0, at)}${section.trimEnd()}\n\n${table.slice(at)}`;
}

/** The page with these sections in the place of those with the same headings. */
function withSections(page: string, from: number, to: number, sections: string): string {
  let table = page.slice(from, to);
  for (const section of sections.split(/^(?=### )/m)) {
    const heading = section.slice(0, section.indexOf('\n') + 1);
    const at = table.indexOf(heading);
    if (at < 0) {
      table = withNewSection(table, section);
      continue;
    }
    const next = table.indexOf('### ', at + heading.length);
    table = `${table.slice(0, at)}${section}${next < 0 ? '' : `\n${table.slice(next)}`}`;
  }
  return `${page.slice(0, from)}${table}${page.slice(to)}`;
}
