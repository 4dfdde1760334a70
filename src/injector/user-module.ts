/** Modules of users, which are code: loaded once in a process, with what is wrong with them as a value. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describeThrown, loadModule } from '../boundary/load-module.ts';
import type { Mistake } from '../config/own-backend.ts';
import { isBackendName } from '../model/case.ts';

/** What the modules of one kind are. */
export interface ModuleKind<T> {
  /** `backend`, which is also the name of the export beside the default. */
  readonly noun: string;
  /** What the package exports for it, by name. */
  readonly kit: Readonly<Record<string, object>>;
  /** The version of the contract that this program has. */
  readonly version: number;
  readonly hint: string;
  /** Names of what ships. */
  readonly taken?: readonly string[];
  /** Its sentence about itself. */
  readonly text?: keyof T & string;
  /** The function that does it. */
  readonly does: keyof T & string;
  /** Whether what is exported is something else that is welcome. */
  isOther?(exported: unknown): boolean;
  /** What else can be wrong with one; undefined: nothing. */
  whyNone?(module: T): string | undefined;
}

const read = new Map<string, unknown>();

/** The module of a kind in a file, by its path from the current folder. Never throws. */
export function readUserModule<T extends { readonly name: string }, Other extends object = never>(
  file: string,
  kind: ModuleKind<T>,
): T | Other | Mistake {
  const full = path.resolve(file);
  const key = `${kind.noun} ${full}`;
  let module = read.get(key) as T | Other | Mistake | undefined;
  if (!module) {
    module = load<T, Other>(file, full, kind);
    read.set(key, module);
  }
  return module;
}

function load<T extends { readonly name: string }, Other extends object>(
  file: string,
  full: string,
  kind: ModuleKind<T>,
): T | Other | Mistake {
  const { noun, kit, hint } = kind;
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
  if (kind.isOther?.(module)) return module as Other;
  const why = whyNone(module, kind);
  return why === undefined ? (module as T) : { message: `${file}: ${why}`, hint };
}

/** What `module.exports = …` gives: the class or the object itself. */
function ofCommonJs(exported: object): object | undefined {
  return typeof exported === 'function' || 'contract' in exported ? exported : undefined;
}

/** Why a value is no module of this kind; undefined: it is one. */
function whyNone<T extends { readonly name: string }>(module: unknown, kind: ModuleKind<T>): string | undefined {
  const { noun, version, taken, text, does } = kind;
  if (typeof module !== 'object' || module === null) return `it exports no ${noun}, as its default or as \`${noun}\``;
  const { contract, name, ...rest } = module as Readonly<Record<string, unknown>>;
  if (contract === undefined) return `its ${noun} names no version of the contract`;
  if (contract !== version)
    return `its ${noun} is for version ${String(contract)} of the contract; this mktrouble has version ${version}`;
  if (typeof name !== 'string' || !isBackendName(name))
    return `its ${noun} has no name of lower-case words joined by dashes`;
  if (taken?.includes(name)) return `the name ${name} is that of a ${noun} of mktrouble`;
  if (text !== undefined && (typeof rest[text] !== 'string' || rest[text] === ''))
    return `its ${noun} has no \`${text}\``;
  if (typeof rest[does] !== 'function') return `its ${noun} has no function \`${does}\``;
  return kind.whyNone?.(module as T);
}
