/**
 * Builds `dist/`: compiles src and reporters (types are stripped and nothing is minified, for the simulated backend reads
 * the source of its own functions), copies what is not TypeScript, and stamps the time when it began, by which the
 * program can tell that the sources beside it are newer.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const began = new Date();

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
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
process.exitCode = status ?? 1;

/** The native agent's C sources are shipped where they are. */
function isAsset(file) {
  if (statSync(file).isDirectory())
    return path.relative(root, file) !== path.join('src', 'backends', 'native', 'agent');
  return !/\.tsx?$/.test(file);
}
