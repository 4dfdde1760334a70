/**
 * The protocols: each is a stack of patches (patches/) on the sources of patch 30/96. Names say the effect; names that they
 * had before are accepted.
 */
import { applyPatch, patchNamed } from './patch.ts';
import { type SourceFile, sources } from './source.ts';

/** What the rest of the series adds to the patch; always together. */
const SERIES = ['zombies', 'ghosts'] as const;

/** Our repairs, in the order in which they are applied, each with the name that it had before. */
const REPAIRED = {
  'wait-for-context-killable': 'context-is-awaited',
  'look-up-next-before-activation': 'turn-is-handed-over',
  'fail-on-interrupted-turn': 'turn-is-awaited',
  'wait-for-sync-killable': 'sync-is-awaited',
  'success-excludes-error': 'one-decision',
  'fail-on-task-death': 'dead-are-missed',
  'count-living-threads': 'living-are-counted',
  'clear-context-on-exit': 'dead-let-go',
  'kill-by-context': 'kill-all-marked',
  'ghosts-not-counted-on-error': 'ghosts-may-fail',
  'status-list-shows-ends': 'debug-tells-ends',
  'inherit-when-fork-succeeds': 'fork-puts-back',
  'refuse-unnamed-tasks': 'foreigners-are-refused',
  'keep-nr-pids-once-read': 'pids-are-read',
  'refuse-duplicate-pids': 'pids-are-distinct',
  'debug-checks-null': 'debug-without-memory',
  'count-forked-children': 'checked-sum',
} as const;
export type Repair = keyof typeof REPAIRED;
export const REPAIRS = Object.keys(REPAIRED) as Repair[];

/** Items of the patch's changelog undone, newest first, each with the name that it had before. */
const UNDONE_WAS = {
  'error-event-is-semaphore': 'error-semaphore',
  'reads-continue-after-error': 'reads-go-on',
  'complete-initialised-late': 'late-completion',
  'context-taken-off-task': 'context-taken-off',
  'no-kill-on-failure': 'survivors',
  'no-attach-check': 'strangers-welcome',
  'no-thread-sync': 'threads-apart',
  'no-root-check': 'bogus-root',
  'coordinator-returns-own-error': 'own-error',
  'no-inherit-on-fork': 'fork-race',
  'last-error-wins': 'last-error',
  'no-check-of-next-pid': 'bogus-pids',
  'no-frozen-flag': 'never-frozen',
  'coordinator-returns-saved-value': 'value-for-all',
  'no-eintr-conversion': 'raw-codes',
  'tasks-take-context': 'self-service',
  'coordinator-ignores-errors': 'deaf-coordinator',
  'root-starts-early': 'early-root',
  'no-third-sync-point': 'no-sync-3',
  'context-kept-on-failure': 'kept-context',
} as const;
export type Undone = keyof typeof UNDONE_WAS;
export const UNDONE = Object.keys(UNDONE_WAS) as Undone[];

const HARDENED = 'hardened';
const HARDENED_WITHOUT = 'hardened-without-';

/** What a machine asks of a protocol. */
export type ProtocolFacts = Pick<Protocol, 'name' | 'has'>;

/** A protocol by its name: the patches of its stack, from the bottom. */
export class Protocol {
  readonly name: string;
  readonly patches: readonly string[];
  #files: readonly SourceFile[] | undefined;

  constructor(name: string, patches: readonly string[]) {
    this.name = name;
    this.patches = patches;
  }

  has(patch: Repair | Undone | (typeof SERIES)[number]): boolean {
    return this.patches.includes(patch);
  }

  /** The sources with all patches applied. Throws where one does not fit: a defect of the patch. */
  files(): readonly SourceFile[] {
    if (!this.#files) {
      let files = sources();
      this.patches.forEach((name, i) => {
        files = applyPatch(files, patchNamed(name), this.patches.slice(0, i));
      });
      this.#files = files;
    }
    return this.#files;
  }
}

const protocols = new Map<string, Protocol>(
  [
    new Protocol('patch', []),
    new Protocol('series', SERIES),
    new Protocol(HARDENED, [...SERIES, ...REPAIRS]),
    ...UNDONE.map((item) => new Protocol(item, [...SERIES, item])),
    ...UNDONE.map((item) => new Protocol(`${HARDENED}-${item}`, [...SERIES, ...REPAIRS, item])),
    ...REPAIRS.map(
      (repair) => new Protocol(HARDENED_WITHOUT + repair, [...SERIES, ...REPAIRS.filter((one) => one !== repair)]),
    ),
  ].map((protocol) => [protocol.name, protocol]),
);

/** All protocols by name: patch, series, hardened, one for each changelog item undone, and `hardened` short of each repair. */
export const PROTOCOLS: readonly string[] = [...protocols.keys()];

/** The names that protocols had before, with those that they have now; accepted until 0.3. */
export const RENAMED_PROTOCOLS: Readonly<Record<string, string>> = Object.fromEntries([
  ...Object.entries(UNDONE_WAS).flatMap(([now, was]) => [
    [was, now],
    [`${HARDENED}-${was}`, `${HARDENED}-${now}`],
  ]),
  ...Object.entries(REPAIRED).map(([now, was]) => [HARDENED_WITHOUT + was, HARDENED_WITHOUT + now]),
]);

/** The protocol of this name, now or before; undefined for an unknown one. */
export function protocolNamed(name: string): Protocol | undefined {
  return protocols.get(Object.hasOwn(RENAMED_PROTOCOLS, name) ? RENAMED_PROTOCOLS[name]! : name);
}
