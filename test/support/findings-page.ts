/** The page of CRIU's findings, whose rows get other numbers when it is generated again. */
import { readFileSync } from 'node:fs';

/** The number of the row with this title. */
export function findRowNumber(title: string): string {
  const rows = readFileSync('docs/criu-findings.md', 'utf8').matchAll(/^\| ([\d.]+) \| ([^|]+) \|/gm);
  const row = [...rows].find(([, , one]) => one === title);
  if (!row) throw new Error(`docs/criu-findings.md has no finding ${title}`);
  return row[1]!;
}
