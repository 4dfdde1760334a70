/** The page of an HTML report: Vite builds it with the package, and again when the sources are newer. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { DATA_PLACE } from '../html/format.ts';

/** The reporters' folder: in the sources, or below `dist`. */
const HERE = resolve(import.meta.dirname, '..');
const FROM_SOURCES = import.meta.filename.endsWith('.ts');
const PAGE = join(HERE, 'html');
const DIST = FROM_SOURCES ? join(HERE, '../dist') : dirname(HERE);
const BUILT = join(DIST, 'page', 'template.html');

/** The template. Throws when it is neither there nor can be built. */
export function readTemplate(): string {
  if (FROM_SOURCES && isStale()) build();
  const template = readFileSync(BUILT, 'utf8');
  if (template.split(DATA_PLACE).length !== 2)
    throw new Error(`${BUILT} has no single place for the data; build it again`);
  return template;
}

/** Whether a source of the page is newer than what was built of it. */
function isStale(): boolean {
  if (!existsSync(BUILT)) return true;
  const built = statSync(BUILT).mtimeMs;
  return [PAGE, join(PAGE, 'style'), join(PAGE, 'play'), join(HERE, 'shared'), join(HERE, 'words')].some((folder) =>
    readdirSync(folder, { withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(folder, entry.name)).mtimeMs > built,
    ),
  );
}

/** Builds aside and moves the result into its place, for another process may be reading there. */
function build(): void {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  const aside = join(DIST, `page-${process.pid}`);
  const args = [vite, 'build', '--config', join(PAGE, 'vite.config.ts'), '--outDir', aside];
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`the page of the HTML report can't be built\n${stderr}`);
  mkdirSync(dirname(BUILT), { recursive: true });
  renameSync(join(aside, 'template.html'), BUILT);
  rmSync(aside, { recursive: true });
}
