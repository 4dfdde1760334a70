/** The names of this build that a scenario may use beyond the words of the format. */
import { PROPERTY_NAMES, RENAMED_PROPERTIES } from '../properties/names.ts';
import { PROTOCOLS, RENAMED_PROTOCOLS } from '../protocol/stacks.ts';
import { KNOWN_BACKENDS } from './backends.ts';

/** For the scenario room, which knows neither protocols nor properties: hand it these, and it checks them. */
export const KNOWN_NAMES = {
  protocols: PROTOCOLS,
  properties: PROPERTY_NAMES,
  renamed: { protocols: RENAMED_PROTOCOLS, properties: RENAMED_PROPERTIES },
} as const;

/** For the config room: the same, and the backends of this build. */
export const KNOWN_SETTINGS = { ...KNOWN_NAMES, backends: KNOWN_BACKENDS } as const;

/** The current name of a protocol or property that may be given by an old one. */
export function resolveName(kind: 'protocols' | 'properties', name: string): string {
  const renames = KNOWN_NAMES.renamed[kind];
  return Object.hasOwn(renames, name) ? renames[name]! : name;
}
