/** The templates that ship: YAML files whose first line is what they are about. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OwnTemplate } from './own.ts';

const FOLDER = path.join(import.meta.dirname, 'new');

/** Their names, sorted. */
export function templateNames(): string[] {
  return readdirSync(FOLDER)
    .map((file) => path.basename(file, '.yaml'))
    .sort();
}

/** One of them, by its name. */
export function shippedTemplate(name: string): OwnTemplate {
  const [first = '', ...rest] = readFileSync(path.join(FOLDER, `${name}.yaml`), 'utf8').split('\n');
  return { contract: 1, name, about: first.replace(/^# */, ''), make: () => rest.join('\n') };
}
