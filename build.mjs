/**
 * Builds `dist/`: compiles src and reporters (types are stripped and nothing is minified, for the simulated backend reads
 * the source of its own functions), builds the page of the HTML report, copies what is not TypeScript, and stamps the
 * time when it began, by which the program can tell that the sources beside it are newer.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const began = new Date();

rmSync(dist, { recursive: true, force: true });
const { resolve } = createRequire(import.meta.url);
const tsc = resolve('typescript/bin/tsc');
const vite = path.join(path.dirname(resolve('vite/package.json')), 'bin/vite.js');
const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
const page = spawnSync(process.execPath, [vite, 'build', '--config', 'reporters/html/vite.config.ts'], {
  cwd: root,
  stdio: 'inherit',
});

for (const folder of ['src', 'reporters']) {
  cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true, filter: isAsset });
}
chmodSync(path.join(dist, 'src/cli/bin.js'), 0o755);
const stamp = path.join(dist, '.built');
writeFileSync(stamp, '');
utimesSync(stamp, began, began);
process.exitCode = status || (page.status ?? 1);

/** The native agent's C sources are shipped where they are; of the HTML report's page only what Vite makes of it. */
function isAsset(file) {
  if (statSync(file).isDirectory())
    return !['src/backends/native/agent', 'reporters/html'].some(
      (own) => path.relative(root, file) === path.normalize(own),
    );
  return !/\.tsx?$/.test(file);
}
