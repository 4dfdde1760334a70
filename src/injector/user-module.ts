/** Modules of users, which are code: loaded once in a process, with what is wrong with them as a value. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describeThrown, loadModule } from '../boundary/load-module.ts';
import type { Mistake } from '../config/own-backend.ts';
import { isBackendName } from '../model/case.ts';

/** What the modules of one kind are. */
export interface ModuleKind {
  /** `backend`, which is also the name of the export beside the default. */
  readonly noun: string;
  /** What the package exports for it. */
  readonly kit: Readonly<Record<string, object>>;
  readonly hint: string;
  /** Why what is exported is none; undefined: it is one. */
  whyNone(exported: unknown): string | undefined;
}

const read = new Map<string, unknown>();

/** The module of a kind in a file, by its path from the current folder. Never throws. */
export function readUserModule<T extends object>(file: string, kind: ModuleKind): T | Mistake {
  const full = path.resolve(file);
  const key = `${kind.noun} ${full}`;
  let module = read.get(key) as T | Mistake | undefined;
  if (!module) {
    module = load<T>(file, full, kind);
    read.set(key, module);
  }
  return module;
}

function load<T extends object>(file: string, full: string, { noun, kit, hint, whyNone }: ModuleKind): T | Mistake {
  if (!existsSync(full)) return { message: `${file}: no such file`, hint: 'a path is taken from the current folder' };
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = loadModule(full, kit);
  } catch (error) {
    const { message, line, column } = describeThrown(error, full);
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    return { message: `${place}: it cannot be loaded: ${message}`, hint: 'modules are loaded without top-level await' };
  }
  const module = exported['default'] ?? exported[noun] ?? ofCommonJs(exported);
  const why = whyNone(module);
  return why === undefined ? (module as T) : { message: `${file}: ${why}`, hint };
}

/** What `module.exports = …` gives: the class or the object itself. */
function ofCommonJs(exported: object): object | undefined {
  return typeof exported === 'function' || 'contract' in exported ? exported : undefined;
}

/** Why a value is no module of this kind: no object, no version of the contract or another one, no name. */
export function whyNoContract(module: unknown, noun: string, version: number): string | undefined {
  if (typeof module !== 'object' || module === null) return `it exports no ${noun}, as its default or as \`${noun}\``;
  const { contract, name } = module as Readonly<Record<string, unknown>>;
  if (contract === undefined) return `its ${noun} names no version of the contract`;
  if (contract !== version)
    return `its ${noun} is for version ${String(contract)} of the contract; this mktrouble has version ${version}`;
  if (typeof name !== 'string' || !isBackendName(name))
    return `its ${noun} has no name of lower-case words joined by dashes`;
  return undefined;
}
