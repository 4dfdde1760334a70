/** The modules of users that are backends: loaded once in a process, and what is wrong with them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as kit from '../backends/index.ts';
import { type BackendModule, CONTRACT_VERSION } from '../backends/module.ts';
import { describeThrown, loadModule } from '../boundary/load-module.ts';
import type { Mistake } from '../config/own-backend.ts';
import { BACKENDS, isBackendName } from '../model/case.ts';

const EXPECTED = `export default defineBackend({ contract: ${CONTRACT_VERSION}, name: 'mine', create: () => … })`;
/** What to do about a module that is no backend. */
export const CONTRACT_HINT = `the contract is docs/writing-a-backend.md: ${EXPECTED}`;

const read = new Map<string, BackendModule | Mistake>();

/** The module in a file, by its path from the current folder; read once in a process. Never throws. */
export function readBackendModule(file: string): BackendModule | Mistake {
  const full = path.resolve(file);
  let module = read.get(full);
  if (!module) {
    module = loadBackendModule(file, full);
    read.set(full, module);
  }
  return module;
}

function loadBackendModule(file: string, full: string): BackendModule | Mistake {
  if (!existsSync(full)) return { message: `${file}: no such file`, hint: 'a path is taken from the current folder' };
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = loadModule(full, { 'mktrouble/backend': kit });
  } catch (error) {
    const { message, line, column } = describeThrown(error, full);
    const place = line === undefined ? file : `${file}:${line}:${column}`;
    return { message: `${place}: it cannot be loaded: ${message}`, hint: 'modules are loaded without top-level await' };
  }
  const module = exported['default'] ?? exported['backend'];
  const why = whyNoBackend(module);
  return why === undefined ? (module as BackendModule) : { message: `${file}: ${why}`, hint: CONTRACT_HINT };
}

function whyNoBackend(module: unknown): string | undefined {
  if (typeof module !== 'object' || module === null) return 'it exports no backend, as its default or as `backend`';
  const { contract, name, create } = module as Readonly<Record<string, unknown>>;
  if (contract === undefined) return 'its backend names no version of the contract';
  if (contract !== CONTRACT_VERSION)
    return `its backend is for version ${String(contract)} of the contract; this mktrouble has version ${CONTRACT_VERSION}`;
  if (typeof name !== 'string' || !isBackendName(name))
    return 'its backend has no name of lower-case words joined by dashes';
  if (['all', ...BACKENDS].includes(name)) return `the name ${name} is that of a backend of mktrouble`;
  return typeof create === 'function' ? undefined : 'its backend has no function `create`';
}
