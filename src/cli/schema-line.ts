/** The line by which an editor finds the schema of a scenario file, wherever mktrouble is or will be installed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../boundary/package.ts';

const SCENARIO_SCHEMA = 'schema/scenario.schema.json';
/** The schema of mktrouble.known.yaml. */
export const DEFECTS_SCHEMA = 'schema/known.schema.json';
const INSTALLED = 'node_modules/mktrouble';

/** The schema as seen from a folder: that of the clone that the folder is in, else of the nearest installation above; undefined where there is none. */
export function schemaSeenFrom(folder: string, schema: string = SCENARIO_SCHEMA): string | undefined {
  const clone = packageRoot();
  if (isInside(clone, folder)) return relativeTo(folder, path.join(clone, schema));
  const above = nearestWith(folder, INSTALLED);
  return above === undefined ? undefined : relativeTo(folder, path.join(above, INSTALLED, schema));
}

/** The same where mktrouble is yet to be installed: `npm install` puts it beside the nearest package.json, else into `project`. */
export function schemaToBeSeenFrom(folder: string, project: string): string {
  const root = nearestWith(project, 'package.json') ?? project;
  return schemaSeenFrom(folder) ?? relativeTo(folder, path.join(root, INSTALLED, SCENARIO_SCHEMA));
}

/** The line itself. */
export function schemaLine(schema: string): string {
  return `# yaml-language-server: $schema=${schema}\n`;
}

/** The nearest folder, this one or one above it, that has an entry of this name. `folder` is absolute. */
export function nearestWith(folder: string, name: string): string | undefined {
  if (existsSync(path.join(folder, name))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : nearestWith(above, name);
}

function isInside(outer: string, folder: string): boolean {
  return !path.relative(outer, folder).startsWith('..');
}

/** With slashes, as an editor takes it. */
function relativeTo(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}
