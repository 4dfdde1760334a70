/**
 * The check of the house's first rule: an import only ever points up the table of the architecture. Run by
 * `npm run lint:layers`; prints each import that does not, and exits with 1.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

interface Room {
  /** A folder, or a single file; the longest that fits is the room of a file. */
  readonly path: string;
  /** Folders and files that it may import from, besides itself. */
  readonly mayImport: readonly string[];
}

/** How text and files cross the boundary of the program: any room may use it. */
const BOUNDARY = ['src/boundary'];
const MODEL = ['src/model', ...BOUNDARY];
const RECORD = [...MODEL, 'src/record'];
/** What a backend promises, and what can be done with any that does. */
const CONTRACT = [
  'src/backends/backend.ts',
  'src/backends/own-fault.ts',
  'src/backends/own-faults.ts',
  'src/backends/own-scenes.ts',
  'src/backends/module.ts',
  'src/backends/walk.ts',
  'src/backends/draws.ts',
  'src/backends/pid-max.ts',
  'src/backends/patience.ts',
  'src/backends/census',
  'src/backends/host',
];
const ABOVE_INJECTOR = [
  ...RECORD,
  'src/scenario',
  'src/config',
  'src/protocol',
  'src/properties',
  'src/backends',
  'src/explore',
];
const ALL = ['src', 'reporters'];

/** The table, from top to bottom. */
export const ROOMS: readonly Room[] = [
  { path: 'src/boundary', mayImport: [] },
  { path: 'src/model', mayImport: [] },
  { path: 'src/scenario', mayImport: MODEL },
  { path: 'src/config', mayImport: [...MODEL, 'src/scenario'] },
  { path: 'src/record', mayImport: MODEL },
  { path: 'src/properties', mayImport: RECORD },
  { path: 'src/backends/draws.ts', mayImport: RECORD },
  { path: 'src/backends/pid-max.ts', mayImport: [] },
  { path: 'src/backends/host', mayImport: BOUNDARY },
  { path: 'src/backends/agent', mayImport: [...BOUNDARY, 'src/backends/host'] },
  // What is read of a process from outside, whichever backend it is of.
  { path: 'src/backends/census', mayImport: RECORD },
  { path: 'src/backends/backend.ts', mayImport: [...RECORD, 'src/backends/draws.ts'] },
  { path: 'src/backends/own-scenes.ts', mayImport: MODEL },
  { path: 'src/backends/own-fault.ts', mayImport: [...MODEL, 'src/backends/own-scenes.ts'] },
  { path: 'src/backends/own-faults.ts', mayImport: [...RECORD, 'src/backends/own-fault.ts'] },
  { path: 'src/backends/module.ts', mayImport: ['src/backends/backend.ts', 'src/backends/own-fault.ts'] },
  { path: 'src/backends/index.ts', mayImport: [...RECORD, ...CONTRACT] },
  { path: 'src/backends/patience.ts', mayImport: ['src/backends/backend.ts'] },
  { path: 'src/backends/walk.ts', mayImport: [...RECORD, 'src/backends/backend.ts'] },
  // The simulated kernel imports nothing of the restart that runs on it.
  { path: 'src/backends/simulated/kernel', mayImport: RECORD },
  { path: 'src/protocol', mayImport: [...MODEL, 'src/backends/simulated/kernel'] },
  // No backend knows another.
  { path: 'src/backends/simulated', mayImport: [...RECORD, ...CONTRACT, 'src/protocol', 'src/backends/simulated'] },
  { path: 'src/backends/native', mayImport: [...RECORD, ...CONTRACT, 'src/backends/agent', 'src/protocol'] },
  { path: 'src/backends/criu', mayImport: [...RECORD, ...CONTRACT, 'src/backends/agent'] },
  // What a backend of a user's own has, and nothing else.
  { path: 'src/backends/oci', mayImport: ['src/backends/index.ts'] },
  { path: 'src/explore', mayImport: [...RECORD, ...CONTRACT] },
  { path: 'src/injector', mayImport: ABOVE_INJECTOR },
  { path: 'src/conformance', mayImport: [...ABOVE_INJECTOR, 'src/injector'] },
  { path: 'reporters', mayImport: RECORD },
  // A script calls a container runtime in the words of its driver.
  {
    path: 'reporters/export/runtime',
    mayImport: [
      ...RECORD,
      'src/backends/oci/drivers',
      'src/backends/oci/network.ts',
      'src/backends/oci/settings.ts',
      'reporters',
    ],
  },
  // A page on which a reader plays a case on holds the machine, the judge, and the writer of what was played.
  { path: 'reporters/html/rule-view.tsx', mayImport: [...RECORD, 'src/properties'] },
  { path: 'reporters/html/play', mayImport: [...ABOVE_INJECTOR, 'reporters'] },
  { path: 'reporters/listeners/html-builds.ts', mayImport: [...ABOVE_INJECTOR, 'reporters'] },
  { path: 'src/mocha', mayImport: [...ABOVE_INJECTOR, 'src/injector', 'reporters'] },
  { path: 'src/campaign', mayImport: [...MODEL, 'reporters'] },
  { path: 'src/cli', mayImport: ALL },
  { path: 'src/index.ts', mayImport: ALL },
];

/** What is wrong with the imports of a file; nothing when all point up. Paths are from the root, with slashes. */
export function strayImports(file: string, text: string): string[] {
  const room = findRoom(file);
  if (!room) return [`${file} is in no room of the table`];
  return parseImports(text)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.posix.join(path.posix.dirname(file), name))
    .filter((target) => !within(target, room.path) && !room.mayImport.some((allowed) => within(target, allowed)))
    .map((target) => `${file} imports ${target}, which is not above it`);
}

function findRoom(file: string): Room | undefined {
  return ROOMS.filter((room) => within(file, room.path)).sort((a, b) => b.path.length - a.path.length)[0];
}

function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** Static and dynamic imports, re-exports and types. */
function parseImports(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** The sources under this root that `checkTree` looks at. */
export function listSources(root: string): string[] {
  return ['src', 'reporters'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.[cm]?tsx?$/.test(name))
      .map((name) => `${folder}/${name.split(path.sep).join('/')}`)
      .sort(),
  );
}

/** The stray imports of all sources under this root. */
export function checkTree(root: string): string[] {
  return listSources(root).flatMap((file) => strayImports(file, readFileSync(path.join(root, file), 'utf8')));
}

if (process.argv[1] === import.meta.filename) {
  const stray = checkTree(path.dirname(import.meta.dirname));
  for (const line of stray) console.error(line);
  process.exitCode = stray.length > 0 ? 1 : 0;
}
