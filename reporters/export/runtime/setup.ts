/** What a reproducer for a container runtime does of the setup of its case: its calls with the faults of each, and why it cannot do the rest. */

import type { CallContext, Driver, DriverCall } from '../../../src/backends/oci/drivers/driver.ts';
import { DRIVERS } from '../../../src/backends/oci/drivers/index.ts';
import type { Case } from '../../../src/model/case.ts';
import {
  RESTORING_CALLS,
  type RuntimeCall,
  type RuntimeFault,
  type RuntimeSetup,
  SAVING_CALLS,
} from '../../../src/model/runtime.ts';
import { quoted } from '../../shared/replay-command.ts';
import { CannotExport } from '../finding.ts';

/** The working folder of a script. */
export const WORK = '/run/w';
export const NAME = 'one';
const OTHER_NAME = 'two';
/** The log of the runtime, or what it prints as errors. */
export const LOG = `${WORK}/runtime.log`;
/** What the processes of a container sleep, in seconds: so that they are found. */
export const SLEEP = 99_999;

/** A call of the runtime in the script. */
export interface ScriptCall {
  readonly call: RuntimeCall;
  /** The shell variable that has its exit status. */
  readonly status: string;
  readonly faults: readonly RuntimeFault[];
  /** The words behind the name of the runtime. */
  readonly words: readonly string[];
  readonly name: string;
}

/** Throws CannotExport for what a script cannot do. */
export function readRuntime(c: Case, setup: RuntimeSetup): Driver {
  const driver = DRIVERS[setup.name];
  if (!driver) throw new CannotExport(`no script calls ${setup.name}`);
  if (setup.rootless) throw new CannotExport('the runtime is started by a user other than root');
  if (setup.limits) throw new CannotExport('the container has limits, which depend on the controllers of a machine');
  if (setup.mounts) throw new CannotExport('the container has mounts of its own');
  if (setup.rounds.includes('pre-dump')) throw new CannotExport('the script makes no chain of pre-dumps');
  if (c.faults.length > 0) throw new CannotExport('a script cannot run a fault verb of your own');
  if (driver.pausesInside && setup.rounds.includes('pause'))
    throw new CannotExport(`nothing outside of ${driver.name} shows that it has paused its tasks`);
  for (const fault of setup.faults) refuseFault(fault, driver);
  for (const call of setup.rounds)
    if (setup.faults.filter((fault) => fault.of === call && isDuring(fault)).length > 1)
      throw new CannotExport(`several faults while the ${call} runs`);
  return driver;
}

function refuseFault({ kind, value, of, call, stage }: RuntimeFault, driver: Driver): void {
  if (stage !== undefined)
    throw new CannotExport('CRIU is stopped at a stage by its log: name a system call in its place');
  if (kind === 'name') throw new CannotExport('another container takes the name');
  if (value === 'other-version') throw new CannotExport('it needs two versions of CRIU');
  if (call !== undefined && !driver.hasCriu) throw new CannotExport(`the script does not trace ${driver.name}`);
  if (call !== undefined && value === 'init' && RESTORING_CALLS.has(of))
    throw new CannotExport('the call of CRIU from which on there is an init depends on the machine');
}

/** Whether CRIU is needed for it: it takes place while the call runs, by the program that stands in for CRIU. */
export function isDuring({ kind, value, call }: RuntimeFault): boolean {
  if (kind === 'fail') return true;
  if (kind === 'criu') return value !== 'missing';
  return (kind === 'kill' || kind === 'stop') && (call !== undefined || !['init', 'guest'].includes(value));
}

/** The calls with their words; a fault belongs to the last call of its kind. */
export function listCalls({ rounds, faults, options, ...setup }: RuntimeSetup, driver: Driver): ScriptCall[] {
  let name = NAME;
  let saved = 0;
  return rounds.map((call, i) => {
    const savedAs = name;
    if (call === 'restore-renamed') name = OTHER_NAME;
    if (SAVING_CALLS.has(call)) saved += 1;
    const own = SAVING_CALLS.has(call) ? options.checkpoint : RESTORING_CALLS.has(call) ? options.restore : [];
    const context = { ...makeContext(setup, name), images: `${WORK}/images/${saved}`, savedAs, options: own };
    return {
      call,
      status: call.replaceAll('-', '_'),
      faults: rounds.indexOf(call, i + 1) === -1 ? faults.filter(({ of }) => of === call) : [],
      words: listWords(driver, call, context),
      name,
    };
  });
}

type Settings = Pick<RuntimeSetup, 'images' | 'network' | 'pid'>;

/** What a call of the runtime is about; the container is a program that sleeps. */
export function makeContext(
  { images, network, pid }: Settings,
  name: string,
  args: readonly string[] = [],
): CallContext {
  return {
    name,
    bundle: `${WORK}/${NAME}`,
    images: `${WORK}/images/1`,
    isKept: images === 'kept',
    work: WORK,
    log: LOG,
    container: { args, mounts: [], network, pid: pid ?? 'own' },
    options: [],
  };
}

/** The words of a call without the name of the runtime, and without the folder through which mktrouble asks the tasks of a container. */
export function listWords(driver: Driver, call: DriverCall, context: CallContext): string[] {
  const words = driver.command(call, context).slice(1);
  const asked = words.indexOf('--volume');
  return asked === -1 ? words : words.filter((_, i) => i !== asked && i !== asked + 1);
}

/** As a shell reads them. */
export function joinWords(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

/** The words with which each call starts: options for every call. */
export function listCommon(driver: Driver, context: CallContext): string[] {
  const [first, second] = (['state', 'delete'] as const).map((call) => listWords(driver, call, context));
  const end = first!.findIndex((word, i) => word !== second![i]);
  return first!.slice(0, end);
}
