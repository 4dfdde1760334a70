/** Backends of a user's own: the module is loaded, its contract checked, and every record that it writes too. */
import path from 'node:path';
import * as z from 'zod';
import { type Backend, BadSurroundings, isSchedulable, type Plan } from '../backends/backend.ts';
import type { CreateOptions } from '../backends/module.ts';
import { describeThrown } from '../boundary/load-module.ts';
import { isMistake, type Mistake } from '../config/own-backend.ts';
import type { RunRecord } from '../record/record.ts';
import { RECORD } from '../record/schema/record.ts';
import { CONTRACT_HINT, readBackendModule } from './backend-module.ts';

/** A backend that is not mktrouble's. */
interface OwnBackend extends Backend {
  /** Its file, as it was given. */
  readonly module: string;
}

const FUNCTIONS = ['capabilities', 'refuses', 'run', 'dispose'] as const;

/** A new backend of this file. Never rejects: each case of one that cannot be made is an error of the user's, with its reason. */
export async function createOwnBackend(file: string, options: CreateOptions): Promise<OwnBackend> {
  const module = readBackendModule(file);
  if (isMistake(module)) return without(file, path.parse(file).name, sentence(module));
  try {
    const made: unknown = await module.create(options);
    const why = whyNotMade(made, module.name);
    return why === undefined
      ? checked(made as Backend, file)
      : without(file, module.name, `${file}: ${why}; ${CONTRACT_HINT}`);
  } catch (error) {
    return without(file, module.name, `${file}: create() failed: ${describeThrown(error, path.resolve(file)).message}`);
  }
}

function sentence({ message, hint }: Mistake): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

function whyNotMade(made: unknown, name: string): string | undefined {
  if (typeof made !== 'object' || made === null) return 'create() gave no backend';
  const backend = made as Readonly<Record<string, unknown>>;
  if (backend['name'] !== name) return `create() gave a backend with the name ${String(backend['name'])}, not ${name}`;
  const missing = FUNCTIONS.find((one) => typeof backend[one] !== 'function');
  return missing === undefined ? undefined : `create() gave a backend without the function ${missing}`;
}

/** A backend in place of one that could not be made. */
function without(module: string, name: string, why: string): OwnBackend {
  const refuse = async (): Promise<never> => {
    throw new BadSurroundings(why);
  };
  return { module, name, capabilities: refuse, refuses: () => undefined, run: refuse, dispose: async () => {} };
}

/** The backend, whose records are held against the schema: what reads them would break where none could see why. */
function checked(backend: Backend, module: string): OwnBackend {
  const { name, modelled, deterministic } = backend;
  return {
    module,
    name,
    ...(modelled !== undefined && { modelled }),
    ...(deterministic !== undefined && { deterministic }),
    capabilities: () => backend.capabilities(),
    refuses: (c, protocol) => backend.refuses(c, protocol),
    run: async (plan) => checkRecord(await backend.run(plan), plan, name),
    dispose: () => backend.dispose(),
    ...(backend.sweep && { sweep: (c) => backend.sweep!(c) }),
    ...(isSchedulable(backend) && { open: backend.open.bind(backend) }),
  };
}

function checkRecord(record: RunRecord, plan: Plan, name: string): RunRecord {
  const why = whyBadRecord(record, plan, name);
  if (why !== undefined) throw new Error(`the backend ${name} wrote a record that is not valid: ${why}`);
  return record;
}

/** What is wrong with a record of this plan, by its path; undefined: nothing. */
export function whyBadRecord(record: unknown, plan: Plan, name: string): string | undefined {
  const { error } = RECORD.safeParse(record);
  if (error)
    return z
      .prettifyError(error)
      .replaceAll('✖ ', '')
      .replace(/\s*\n\s*/g, ' ')
      .slice(0, 1000);
  const { backend, case: id, protocol, seed, final, fired = [], events } = record as RunRecord;
  const differ: readonly (readonly [string, unknown, unknown])[] = [
    ['backend', backend, name],
    ['case', id, plan.case.id],
    ['protocol', protocol, plan.protocol],
    ['seed', seed, plan.seed],
  ];
  for (const [key, value, expected] of differ)
    if (value !== expected) return `${key} is ${JSON.stringify(value)}, expected ${JSON.stringify(expected)}`;
  const missing = plan.case.tasks.find(({ pid, forkedLate }) => forkedLate === undefined && !final.tasks[pid]);
  if (missing) return `final.tasks has no task ${missing.pid}`;
  const faults = new Set(plan.case.faults.map((fault) => fault.name));
  const strange = [...fired, ...events.flatMap((event) => (event.kind === 'fault' ? [event.fault] : []))];
  // What a section of CRIU's or a runtime's says has its path for a name.
  const unknown = strange.find((one) => !faults.has(one) && !one.includes('.'));
  return unknown === undefined ? undefined : `the fault ${unknown} fired, and the case has none of that name`;
}
