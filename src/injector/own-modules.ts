/** Modules of users that the command line or the configuration names: properties, by which every case is judged, fault verbs and image editors. */
import type { OwnImageEditor } from '../backends/criu/images/own.ts';
import type { LoadedFault } from '../backends/own-fault.ts';
import type { OwnFiles } from '../config/options.ts';
import { isMistake, type Mistake } from '../config/own-backend.ts';
import type { Case } from '../model/case.ts';
import type * as kit from '../properties/own.ts';
import type { RunRecord } from '../record/record.ts';
import type { Violation } from '../record/verdict.ts';
import type { KnownNames } from '../scenario/known-names.ts';
import { readFaultModule } from './fault-module.ts';
import { readImageEditorModule } from './image-editor-module.ts';
import { type FindViolations, shippedProperties } from './judge.ts';
import { KNOWN_NAMES } from './known.ts';
import { readPropertyModule } from './property-module.ts';

/** What is in these files; throws where one is none, which was reported when the options were read. */
function load<T extends { readonly name: string }>(
  files: readonly string[] | undefined,
  read: (file: string) => T | Mistake,
): T[] {
  return (files ?? []).map((file) => {
    const module = read(file);
    if (isMistake(module)) throw new Error(module.message);
    return module;
  });
}

/** What is wrong with the first of these files that is no module of its kind; undefined: all are. */
export function findMistake({ properties = [], faults = [], imageEditors = [] }: OwnFiles): Mistake | undefined {
  const modules = [
    ...properties.map(readPropertyModule),
    ...faults.map(readFaultModule),
    ...imageEditors.map(readImageEditorModule),
  ];
  return modules.find((module) => isMistake(module));
}

/** The names that scenarios may use where these modules are loaded too. */
export function namesWith({ properties, faults, imageEditors }: OwnFiles = {}): KnownNames & typeof KNOWN_NAMES {
  return {
    ...KNOWN_NAMES,
    properties: [...KNOWN_NAMES.properties, ...load(properties, readPropertyModule).map(({ name }) => name)],
    faultVerbs: loadFaults(faults),
    imageEditors: loadImageEditors(imageEditors),
  };
}

/** The fault verbs in these files. */
export function loadFaults(files?: readonly string[]): LoadedFault[] {
  return load(files, readFaultModule);
}

/** The image editors in these files. */
export function loadImageEditors(files?: readonly string[]): OwnImageEditor[] {
  return load(files, readImageEditorModule);
}

/** Judges by the properties that ship, the expectations, and those in these files. */
export function judgeBy(files: readonly string[] = []): FindViolations {
  const own = load(files, readPropertyModule);
  if (own.length === 0) return shippedProperties;
  return (c, record) => [...shippedProperties(c, record), ...own.flatMap((property) => check(property, c, record))];
}

/** What violates one property. Throws for an answer that is none, and with the property's own exception: the case is an error then. */
function check(property: kit.OwnProperty, c: Case, record: RunRecord): Violation[] {
  const { name } = property;
  const { only, except } = c.expect;
  if (!(only?.includes(name) ?? true) || except.includes(name)) return [];
  let shown: unknown;
  try {
    shown = property.check(c, record);
  } catch (error) {
    throw new Error(
      `the property ${name} broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
  if (!Array.isArray(shown)) throw new Error(`the property ${name} gave no list of violations`);
  return shown.map((one: Partial<kit.Shown> | null) => {
    if (typeof one?.message !== 'string') throw new Error(`the property ${name} gave a violation without a message`);
    return { ...one, message: one.message, property: name };
  });
}
