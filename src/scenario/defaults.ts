/** The defaults of a project, for scenarios that do not specify these settings. */
import type * as z from 'zod';
import { SECTIONS } from './schema/document.ts';
import { mapping } from './schema/word.ts';
import { isMapping, type Raw, type RawMapping } from './source/raw.ts';

const { restart, explore, tags } = SECTIONS;

export const DEFAULTS = mapping('a mapping with restart, explore and tags', { restart, explore, tags }).meta({
  id: 'defaults',
  description: 'Settings of scenarios that do not specify them.',
});

/** Keys of `restart` and `explore` for scenarios that do not have them, and tags for all. */
export type ScenarioDefaults = z.input<typeof DEFAULTS>;

/** The document with the defaults in it; what it has itself stays. */
export function withDefaults(document: RawMapping, defaults: ScenarioDefaults): RawMapping {
  const merged: RawMapping = Object.assign(Object.create(null), document);
  for (const section of ['restart', 'explore'] as const) {
    const given = defaults[section] as Raw | undefined;
    const own = document[section];
    if (given === undefined) continue;
    if (own === undefined) merged[section] = given;
    else if (isMapping(given) && isMapping(own)) merged[section] = { ...given, ...own };
  }
  const own = document['tags'] ?? [];
  if (defaults.tags && Array.isArray(own)) merged['tags'] = [...new Set([...defaults.tags, ...own])];
  return merged;
}
