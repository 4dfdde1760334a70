/**
 * Builds `dist/`: compiles src and reporters (types are stripped and nothing is minified, for the simulated backend reads
 * the source of its own functions), builds the page of the HTML report, copies what is not TypeScript, compiles the most used models,
 * writes the JSON Schema, joins the libraries that consist of many files, and stamps the time when it began, by which the
 * program knows whether the sources beside it are newer. Does nothing when `dist/` is up to date; --force builds all the same.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build as bundle } from 'vite';

const root = import.meta.dirname;
const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.built');
const INPUTS = ['src', 'reporters', 'build.mjs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

if (!process.argv.includes('--force') && isUpToDate()) console.log('dist/ is up to date');
else process.exitCode = await build();

async function build() {
  const began = new Date();
  rmSync(dist, { recursive: true, force: true });
  const { resolve } = createRequire(import.meta.url);
  const vite = path.join(path.dirname(resolve('vite/package.json')), 'bin/vite.js');
  const codes = await Promise.all([
    node(resolve('typescript/bin/tsc'), '--project', 'tsconfig.build.json'),
    node(vite, 'build', '--config', 'reporters/html/vite.config.ts'),
  ]);
  for (const folder of ['src', 'reporters']) {
    cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true, filter: isAsset });
  }
  codes.push(await node(path.join(dist, 'src/backends/simulated/compile/build-ahead.js')));
  codes.push(await node(path.join(dist, 'src/cli/write-schema.js')));
  await joinLibraries();
  chmodSync(path.join(dist, 'src/cli/bin.js'), 0o755);
  if (codes.some((code) => code !== 0)) return 1;
  writeFileSync(stamp, '');
  utimesSync(stamp, began, began);
  return 0;
}

/**
 * Every command loads these, and they are two hundred files: in one file each they take half the time. Only what is imported
 * is in it; the types stay where they are.
 */
async function joinLibraries() {
  writeLicences(['zod', 'yaml', 'preact']);
  const files = readdirSync(dist, { recursive: true })
    .map((file) => path.join(dist, file))
    .filter((file) => /\.js$/.test(file));
  for (const library of ['zod', 'yaml']) {
    const from = new RegExp(`^import ([^;]*) from '${library}';`, 'gm');
    const users = files.filter((file) => readFileSync(file, 'utf8').match(from));
    const entry = path.join(dist, 'vendor', `${library}-entry.mjs`);
    const joined = path.join(dist, 'vendor', `${library}.js`);
    mkdirSync(path.dirname(entry), { recursive: true });
    writeFileSync(entry, `export { ${[...namesOf(users, from)].sort().join(', ')} } from '${library}';\n`);
    await bundle({
      configFile: false,
      logLevel: 'error',
      build: {
        ssr: entry,
        outDir: path.dirname(joined),
        emptyOutDir: false,
        minify: false,
        target: 'node20',
        rollupOptions: { output: { entryFileNames: path.basename(joined) } },
      },
      ssr: { noExternal: true },
    });
    rmSync(entry);
    for (const file of users) {
      const text = readFileSync(file, 'utf8');
      writeFileSync(
        file,
        text.replace(from, (_, what) => `import ${what} from '${relative(file, joined)}';`),
      );
    }
  }
}

/** What is bundled into `dist/` carries its licence. */
function writeLicences(libraries) {
  const texts = libraries.map((library) => {
    const folder = path.join(root, 'node_modules', library);
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return `${library} ${version}\n\n${readFileSync(path.join(folder, 'LICENSE'), 'utf8').trim()}\n`;
  });
  writeFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), texts.join('\n----\n\n'));
}

/** What these files import: each name, or all that is asked of a namespace. */
function namesOf(files, from) {
  const names = new Set();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    for (const [, what] of text.matchAll(from)) {
      const space = /^\* as (\w+)$/.exec(what)?.[1];
      const used = space ? text.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, 'g')) : what.matchAll(/(\w+)(?: as \w+)?/g);
      for (const [, name] of used) names.add(name);
    }
  }
  return names;
}

function relative(from, to) {
  const way = path.relative(path.dirname(from), to);
  return way.startsWith('.') ? way : `./${way}`;
}

function node(...args) {
  return new Promise((resolve) => {
    spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }).on('close', (code) => resolve(code ?? 1));
  });
}

/**
 * The agents' C sources are shipped where they are; `*.mjs` serve to run the sources; of the HTML report's page only what Vite makes of it. The protocol's
 * sources are text that the program reads.
 */
function isAsset(file) {
  if (statSync(file).isDirectory())
    return !['src/backends/agent/c', 'src/backends/criu/agent', 'src/backends/native/agent', 'reporters/html'].some(
      (own) => path.relative(root, file) === path.normalize(own),
    );
  return !/\.(tsx?|mjs)$/.test(file) || path.dirname(path.relative(root, file)) === path.normalize('src/protocol');
}

function isUpToDate() {
  if (!existsSync(path.join(root, 'schema/scenario.schema.json'))) return false;
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return INPUTS.every((input) => newest(path.join(root, input)) <= built);
}

function newest(file) {
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(file).reduce((time, name) => Math.max(time, newest(path.join(file, name))), stats.mtimeMs);
}
