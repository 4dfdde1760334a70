/** The faults of a case: one verb each, what it may hit, and when. */
import {
  FAILURES,
  type Failure,
  type Fault,
  type FaultVerb,
  type Image,
  type Position,
  RESTART_FLAGS,
  type RestartCall,
  type TaskId,
  usualErrno,
  type When,
} from '../../model/case.ts';
import { CRIU_VERBS, type CriuSetup } from '../../model/criu.ts';
import type { ErrnoName } from '../../model/errno.ts';
import type { RuntimeSetup } from '../../model/runtime.ts';
import type { Checked } from '../check.ts';
import { type Complain, unknown } from '../complain.ts';
import type { OwnProtocolFacts } from '../own-protocol.ts';
import type { FaultVerbFacts } from '../own-words.ts';
import type { Document } from '../schema/document.ts';
import { fault as faultSchema, VERB_NAMES } from '../schema/fault.ts';
import type { Path } from '../source/raw.ts';
import { FaultChildren } from './fault-children.ts';
import { checkOrder } from './fault-order.ts';
import { toList } from './lists.ts';
import { resolveOwn } from './own-fault.ts';
import { BEFORE_CRIU } from './stages.ts';
import { pidNames, type Tree } from './tree.ts';
import { resolveWhen } from './when.ts';

export type FaultWords = NonNullable<Document['faults']>[number];
type Written = NonNullable<Checked<'faults'>[number]>;

/** What the faults of a case refer to. */
export interface FaultScope {
  readonly tree: Tree;
  readonly image: Image;
  readonly restart: RestartCall;
  /** How CRIU is used, where that is known. */
  readonly criu?: CriuSetup | undefined;
  /** Whether the scenario has a program in place of a tree. */
  readonly isProgram?: boolean;
  /** How a container runtime is used. */
  readonly runtime?: RuntimeSetup | undefined;
  /** What the scenario's own protocol declares; undefined for a protocol that ships. */
  readonly own?: OwnProtocolFacts | undefined;
  /** The fault verbs of the user's own. */
  readonly verbs?: readonly FaultVerbFacts[] | undefined;
  /** Where the file has the fault with this number. */
  positionOf(fault: number): Position;
}

/** Words that go with one verb only. */
const BELONGS_TO = {
  to: ['signal', 'own'],
  with: ['own'],
  task: ['fail'],
  errno: ['fail'],
  call: ['fail'],
  child: ['fork'],
} as const satisfies Partial<Record<keyof FaultWords, readonly FaultVerb[]>>;

/** The faults; those that are wrong are complained about and left out. */
export function resolveFaults(faults: Checked<'faults'>, scope: FaultScope, complain: Complain): Fault[] {
  const resolver = new Resolver(scope, new FaultChildren(scope, faults, complain), complain);
  const resolved = faults.map((written, i) => (written === null ? null : resolver.resolve(written, i)));
  checkOrder(resolved, resolver.never, complain);
  return resolved.filter((fault) => fault !== null);
}

class Resolver {
  readonly #scope: FaultScope;
  readonly #children: FaultChildren;
  readonly #complain: Complain;
  /** The faults that can never fire, by their numbers. */
  readonly never = new Set<number>();

  constructor(scope: FaultScope, children: FaultChildren, complain: Complain) {
    this.#scope = scope;
    this.#children = children;
    this.#complain = complain;
  }

  resolve(written: Written, i: number): Fault | null {
    const path = ['faults', i];
    const words = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null)) as FaultWords;
    const verb = this.#verb(written, path);
    const never = (at: Path, reason: string): void => {
      // A fault that need not fire in some cases of a matrix need not fire in this one.
      if (words.optional) return;
      this.never.add(i);
      this.#complain({ path: at, message: `this moment is never reached: ${reason}` });
    };
    const when = resolveWhen(words.when, [...path, 'when'], this.#scope.tree, this.#scope, this.#complain, never);
    if (verb === undefined) return null;
    this.#checkForCriu(words, verb, when.kind, path);
    this.#checkWords(written, verb, path);
    const targets = this.#targets(words, verb, path);
    const own =
      verb === 'own' ? resolveOwn({ words, when, targets, path, never }, this.#scope, this.#complain) : undefined;
    if (verb !== 'own' && when.kind === 'moment')
      this.#complain({
        path: [...path, 'when', 'moment'],
        part: 'key',
        message: `moment belongs to own, not to ${verb}`,
      });
    const early = when.kind === 'criu' && BEFORE_CRIU.includes(when.at);
    if (early && targets.length === 1 && targets[0] === 'coordinator')
      never([...path, 'when', 'criu'], 'CRIU has not been started then');
    if (!this.never.has(i) && targets.length > 0 && targets.every((target) => this.#isDead(target)))
      never(
        [...path, verb === 'signal' || verb === 'own' ? 'to' : verb === 'fail' ? 'task' : verb],
        'the task is dead before restart is called',
      );
    // A word has a mistake: its references are checked, but it makes no fault.
    if (Object.values(written).includes(null)) return null;
    const isOwnProtocol = this.#scope.own !== undefined;
    const call = words.call ?? (verb === 'fail' && words.when === undefined && !isOwnProtocol ? 1 : undefined);
    const times = words.times ?? 1;
    return {
      verb,
      ...(own && { own }),
      name: words.name ?? `${own?.verb ?? verb}-${i + 1}`,
      targets,
      ...(words.signal === undefined ? {} : { signal: words.signal }),
      ...(words.fail === undefined ? {} : failureOf(words.fail as Failure, words.errno)),
      ...(call === undefined ? {} : { call }),
      times,
      ...(verb === 'fork' ? { child: this.#children.take(words.child, times, [...path, 'child']) } : {}),
      when,
      ...(words.optional && { optional: true as const }),
      position: this.#scope.positionOf(i),
    };
  }

  #verb(written: Written, path: Path): FaultVerb | undefined {
    const verbs = VERB_NAMES.filter((verb) => written[verb] !== undefined);
    const expected = `exactly one of ${VERB_NAMES.join(', ')}`;
    const isMisspelt = Object.keys(written).some((word) => !Object.hasOwn(faultSchema.shape, word));
    if (verbs.length === 0 && !isMisspelt) this.#complain({ path, message: 'a fault without a verb', expected });
    if (verbs.length > 1) {
      const message = `a fault with ${verbs.length} verbs: ${verbs.join(', ')}`;
      this.#complain({ path: [...path, verbs[1]!], part: 'key', message, expected, hint: 'write a fault for each' });
    }
    return verbs[0];
  }

  /** In a scenario for CRIU only: a fault that cannot fire there. */
  #checkForCriu(words: FaultWords, verb: FaultVerb, moment: When['kind'], path: Path): void {
    const { backends } = this.#scope.restart;
    if (backends.length !== 1 || backends[0] !== 'criu' || verb === 'own') return;
    if (!CRIU_VERBS.has(verb)) {
      const expected = [...CRIU_VERBS].join(', ');
      this.#complain({ path: [...path, verb], part: 'key', message: `CRIU has no fault ${verb}`, expected });
    } else if (moment !== 'criu' && moment !== 'after') {
      const [at, message] =
        words.when === undefined ? [path, 'when is missing'] : [[...path, 'when'], 'CRIU has no such moment'];
      this.#complain({
        path: at,
        message: `${message}: a fault fires at a stage of CRIU`,
        expected: 'when: { criu: … }',
      });
    }
  }

  #checkWords(written: Written, verb: FaultVerb, path: Path): void {
    for (const [word, owners] of Object.entries<readonly FaultVerb[]>(BELONGS_TO)) {
      if (written[word as keyof typeof BELONGS_TO] === undefined || owners.includes(verb)) continue;
      this.#complain({
        path: [...path, word],
        part: 'key',
        message: `${word} belongs to ${owners.join(' and ')}, not to ${verb}`,
      });
    }
    if (verb === 'signal' && written.to === undefined) {
      const expected = 'to: coordinator, a pid, or a list of pids';
      this.#complain({
        path: [...path, verb],
        part: 'key',
        message: 'to is missing: the task that receives the signal',
        expected,
      });
    }
    this.#checkFailure(written.fail, path);
    if (written.fail === 'freeze' && !(this.#scope.restart.flags & RESTART_FLAGS.frozen)) {
      const message = 'this can never fail: without the flag frozen nothing is frozen';
      this.#complain({ path: [...path, 'fail'], message, hint: 'restart: { flags: [frozen] }' });
    }
  }

  /** A call of the scenario's own protocol travels as a failure. */
  #checkFailure(failure: string | null | undefined, path: Path): void {
    const { own } = this.#scope;
    const known = own ? own.calls : Object.keys(FAILURES);
    if (typeof failure === 'string' && !known.includes(failure))
      this.#complain(unknown([...path, 'fail'], own ? 'call of the protocol' : 'failure', failure, () => known));
  }

  #isDead(target: Fault['targets'][number]): boolean {
    return target !== 'coordinator' && this.#scope.tree.task(target)?.state === 'dead';
  }

  #targets(words: FaultWords, verb: FaultVerb, path: Path): TaskId[] {
    const word = verb === 'signal' || verb === 'own' ? 'to' : verb === 'fail' ? 'task' : verb;
    const given = words[word];
    const targets = toList<TaskId>(given);
    const { tree } = this.#scope;
    targets.forEach((target, k) => {
      const at = [...path, word, ...(Array.isArray(given) ? [k] : [])];
      if (target !== 'coordinator' && tree.task(target) === undefined) {
        this.#complain(unknown(at, 'task', String(target), () => ['coordinator', ...pidNames(tree)]));
      } else if (words.fail !== undefined) {
        this.#checkFailing(words.fail as Failure, target, at);
      }
    });
    return [...new Set(targets)];
  }

  #checkFailing(failure: Failure, target: TaskId, path: Path): void {
    const { restart, tree } = this.#scope;
    const isSelf = (restart.flags & RESTART_FLAGS.taskself) !== 0;
    if (failure === 'freeze' && target !== 'coordinator' && !(isSelf && target === tree.root.pid)) {
      const message = 'this can never fail: the coordinator freezes the tasks';
      this.#complain({ path, message, expected: 'coordinator' });
    } else if (failure === 'restore' && target === 'coordinator' && !isSelf) {
      const message = 'this can never fail: the coordinator restores no state of its own';
      this.#complain({ path, message, expected: 'a pid of the tree' });
    }
  }
}

/** What fails, and with which errno: the usual one of the call, or EIO for a call of a protocol of one's own. */
function failureOf(failure: Failure, errno: ErrnoName | undefined): Pick<Fault, 'failure' | 'errno'> {
  return { failure, errno: errno ?? usualErrno(failure) };
}
