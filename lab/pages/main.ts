/**
 * `npm run lab:pages`: builds the result pages, one after the other. Those that only read files and replay findings take a
 * minute; `-- --all` also repeats the measurements, which takes hours and for CRIU needs root; `-- mutants bench` builds
 * the named ones. Short pages go to docs/, pages with every detail to .mktrouble/pages/, which is not in the repository.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/support/markdown.ts';
import { findingsPage, PAGE, readFindings } from '../findings/page.ts';

/** By name: the npm script, and its arguments. */
const QUICK: Readonly<Record<string, readonly string[]>> = {
  reference: ['generate'],
  readme: ['docs:readme'],
  images: ['docs:images'],
};
const MEASURED: Readonly<Record<string, readonly string[]>> = {
  findings: ['findings'],
  'criu-findings': ['findings:criu'],
  survey: ['survey', '--', '--write'],
  mutants: ['mutants'],
  bench: ['bench', '--', '--write'],
};

async function writeFindings(): Promise<void> {
  const findings = await readFindings((file) => readFileSync(file, 'utf8'));
  const full = path.join(ROOT, '.mktrouble/pages');
  mkdirSync(full, { recursive: true });
  writeFileSync(path.join(ROOT, PAGE), await findingsPage(findings));
  writeFileSync(path.join(full, 'findings.md'), await findingsPage(findings, true));
}

const given = process.argv.slice(2);
const names = given.filter((word) => word !== '--all');
const scripts = { ...QUICK, ...(given.length > 0 ? MEASURED : {}) };
const unknown = names.find((name) => !(name in scripts));
if (unknown !== undefined) {
  console.error(`unknown page ${unknown}; expected ${Object.keys(scripts).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, script] of Object.entries(scripts)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`== ${name}`);
    const { status } = spawnSync('npm', ['run', '--silent', ...script], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
  await writeFindings();
}
