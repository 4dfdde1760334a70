/** The names of this build that a scenario may use beyond the words of the format. */
import path from 'node:path';
import type { KnownDefect } from '../model/signature.ts';
import { PROPERTY_NAMES, RENAMED_PROPERTIES } from '../properties/names.ts';
import { PROTOCOLS, RENAMED_PROTOCOLS } from '../protocol/stacks.ts';
import { DEFECTS_FILE, findDefectsFile, loadDefects } from '../scenario/defects.ts';
import type { EditorFacts, FaultVerbFacts } from '../scenario/own-words.ts';
import { formatDiagnostic } from '../scenario/source/diagnostic.ts';
import { readBackendModule } from './backend-module.ts';
import { KNOWN_BACKENDS } from './backends.ts';
import { readFaultModule } from './fault-module.ts';
import { readImageEditorModule } from './image-editor-module.ts';
import { findProtocol } from './own-protocol.ts';
import { readPropertyModule } from './property-module.ts';

const NO_VERBS: readonly FaultVerbFacts[] = [];
const NO_EDITORS: readonly EditorFacts[] = [];

/** For the scenario room, which knows neither protocols nor properties: hand it these, and it checks them. */
export const KNOWN_NAMES = {
  protocols: PROTOCOLS,
  properties: PROPERTY_NAMES,
  faultVerbs: NO_VERBS,
  imageEditors: NO_EDITORS,
  ownProtocol: findProtocol,
  renamed: { protocols: RENAMED_PROTOCOLS, properties: RENAMED_PROPERTIES },
  defects: (file?: string): readonly KnownDefect[] | string | undefined => {
    const found = findDefectsFile(path.dirname(path.resolve(file ?? DEFECTS_FILE)));
    return found === undefined ? undefined : readDefects(found);
  },
} as const;

/** For the config room: the same, and how backends of users are loaded. */
export const KNOWN_SETTINGS = {
  ...KNOWN_NAMES,
  backends: KNOWN_BACKENDS,
  readBackend: readBackendModule,
  readProperty: readPropertyModule,
  readFault: readFaultModule,
  readImageEditor: readImageEditorModule,
} as const;

/** The current name of a protocol or property that may be given by an old one. */
export function resolveName(kind: 'protocols' | 'properties', name: string): string {
  const renames = KNOWN_NAMES.renamed[kind];
  return Object.hasOwn(renames, name) ? renames[name]! : name;
}

/** The defects for a scenario file: those of `given`, else of the nearest file above it; a text that says what is wrong with them. */
export function knownDefects(scenarioFile: string, given?: string): readonly KnownDefect[] | string {
  return given === undefined ? (KNOWN_NAMES.defects(scenarioFile) ?? []) : readDefects(given);
}

function readDefects(file: string): readonly KnownDefect[] | string {
  const { defects, diagnostics } = loadDefects(file, PROPERTY_NAMES);
  return diagnostics.length > 0 ? diagnostics.map((one) => formatDiagnostic(one)).join('\n\n') : defects;
}
