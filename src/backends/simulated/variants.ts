/**
 * Which protocol is simulated. `patch` is patch 30/96 to the letter; `series` adds what the same author posted with it;
 * `hardened` is `series` with our repairs, each small and named; and each item of the patch's changelog can be undone.
 */

/** What the series adds to the patch; always together. */
interface Base {
  readonly series: boolean;
}

/** Our repairs: true in `hardened`. */
export const REPAIRS = {
  contextIsAwaited:
    'sync point 1: only a fatal signal ends the wait, such as SIGKILL or Ctrl-C; the patch lets any signal end it with -EINTR, and the coordinator then misses a task. The cost: a task that a failed restart left there ignores signals that it catches',
  turnIsHandedOver:
    'activate next looks the next task up before its turn begins; the patch reads active_pid again after that, when the next task may have moved it on: a read past pids_arr, or the wrong task',
  turnIsAwaited:
    'sync point 2: a signal ends the restart with -EINTR; the patch drops the result of the wait and lets the task restore itself out of turn',
  syncIsAwaited:
    'sync point 3: only SIGKILL ends the wait, and then the restart fails; the patch drops the result and lets the task go before all have restored',
  oneDecision:
    'SUCCESS and ERROR exclude each other: who comes first decides, later errors are not lost between check and success',
  deadAreMissed:
    'a task that dies with the context before it was done records -ESRCH; the coordinator does not wait for it for good',
  livingAreCounted:
    'threads wait for those of their group that live; the patch counts a leader that has exited, too, and waits for it for good',
  deadLetGo: 'a dying task clears its checkpoint_ctx, and a dead task is not activated',
  killAllMarked: 'the coordinator kills by context, not by descent: also those whose parent died first',
  ghostsMayFail:
    'a ghost that ends because the restart fails is not counted as done: no kernel BUG before the first activation, and the count does not fall below zero',
  debugTellsEnds:
    '(debug build) the status list says how a coordinator ended that fails early, and that a zombie has exited',
  forkPutsBack: 'fork gives the child its reference only when it can not fail any more',
  foreignersAreRefused:
    'a task that the image does not name is refused with -ESRCH at sync point 2; it neither reads past pids_arr nor waits for good',
  pidsAreRead:
    'restore_read_tree() keeps the number of pids only once they have been read, and refuses a number of pids that takes more bytes than an int holds; the patch keeps it first, and the debug build prints as many pids from a pids_arr that is NULL, shorter, or not filled',
  pidsAreDistinct: 'an image that names a pid twice is refused with -EINVAL',
  debugWithoutMemory: '(debug build) a task without an entry in the status list is passed over',
  checkedSum: 'a child that inherits the context by fork is counted',
} as const;
export type Repair = keyof typeof REPAIRS;

/** Items of the changelog, undone: each is a variant of `series` by this name. */
export const UNDONE = {
  'error-semaphore': { since: 'v20', item: 'error event was a semaphore, is a completion' },
  'reads-go-on': { since: 'v19-rc3', item: 'image reads abort once the error flag is set' },
  'late-completion': { since: 'v19-rc1', item: '`complete` is initialised with the context, not later' },
  'context-taken-off': { since: 'v19-rc1', item: 'tracking by checkpoint_ctx alone' },
  survivors: { since: 'v19-rc1', item: 'coordinator kills descendants on failure' },
  'strangers-welcome': { since: 'v19-rc1', item: 'prepare needs attach permission' },
  'threads-apart': { since: 'v19-rc1', item: 'threads wait for their whole group' },
  'bogus-root': { since: 'v19-rc1', item: 'bogus pid argument handled' },
  'own-error': { since: 'v19-rc1', item: 'coordinator reports the right error on failure' },
  'fork-race': { since: 'v18', item: 'race of prepare with an ongoing fork' },
  'last-error': { since: 'v18', item: 'the first error is tracked and reported' },
  'bogus-pids': { since: 'v18', item: 'bogus pids in the input are rejected' },
  'never-frozen': { since: 'v17', item: 'FROZEN' },
  'value-for-all': { since: 'v17', item: 'return value only for restarting tasks' },
  'raw-codes': { since: 'v17', item: '-ERESTART… becomes -EINTR' },
  'self-service': { since: 'v17', item: "coordinator sets the descendants' checkpoint_ctx" },
  'deaf-coordinator': { since: 'v17', item: 'coordinator notices errors when woken' },
  'early-root': { since: 'v17', item: 'root task could start too early' },
  'no-sync-3': { since: 'v17', item: 'a third sync point' },
  'kept-context': { since: 'v13', item: "root's checkpoint_ctx is cleared whatever happened" },
} as const;
export type Undone = keyof typeof UNDONE;

type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S;

/** The switches that the protocol's source asks for. */
export type Variant = Base & { readonly name: string } & { readonly [R in Repair]: boolean } & {
  readonly [U in Undone as Camel<U>]: boolean;
};

const REPAIR_NAMES = Object.keys(REPAIRS) as Repair[];
const UNDONE_NAMES = Object.keys(UNDONE) as Undone[];

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function make(name: string, series: boolean, repairs: readonly Repair[], undone?: Undone): Variant {
  const switches: Record<string, boolean> = {};
  for (const repair of REPAIR_NAMES) switches[repair] = repairs.includes(repair);
  for (const item of UNDONE_NAMES) switches[camel(item)] = item === undone;
  return { name, series, ...switches } as unknown as Variant;
}

const variants = new Map<string, Variant>();
for (const v of [
  make('patch', false, []),
  make('series', true, []),
  make('hardened', true, REPAIR_NAMES),
  ...UNDONE_NAMES.map((item) => make(item, true, [], item)),
  ...UNDONE_NAMES.map((item) => make(`hardened-${item}`, true, REPAIR_NAMES, item)),
  ...REPAIR_NAMES.map((repair) =>
    make(
      `hardened-without-${kebab(repair)}`,
      true,
      REPAIR_NAMES.filter((r) => r !== repair),
    ),
  ),
]) {
  variants.set(v.name, v);
}

/** All protocols by name: patch, series, hardened, one for each changelog item undone, and `hardened` short of each repair. */
export const PROTOCOLS: readonly string[] = [...variants.keys()];

/** The protocol of this name; undefined for an unknown one. */
export function variantByName(name: string): Variant | undefined {
  return variants.get(name);
}
