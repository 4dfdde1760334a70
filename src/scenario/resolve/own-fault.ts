/** A fault verb of the user's own: its words, its moment and its targets, as its file declares them. */
import type { Fault, TaskId, When } from '../../model/case.ts';
import type { CriuStage } from '../../model/criu.ts';
import { momentsIn, readRuntimeMoment } from '../../model/own-moments.ts';
import { type Complain, unknown } from '../complain.ts';
import { checkOwnValues, findOwn } from '../own-words.ts';
import type { Path } from '../source/raw.ts';
import type { FaultScope, FaultWords } from './faults.ts';
import { neverAtStage } from './stages.ts';

interface WrittenOwn {
  readonly words: FaultWords;
  readonly when: When;
  readonly targets: readonly TaskId[];
  readonly path: Path;
  /** Receives the reason why the moment is never reached. */
  never(path: Path, reason: string): void;
}

export function resolveOwn(
  { words, when, targets, path, never }: WrittenOwn,
  scope: FaultScope,
  complain: Complain,
): NonNullable<Fault['own']> {
  const name = words.own!;
  const given = { ...words.with };
  const what = { noun: 'fault verb', option: '--fault' };
  const facts = scope.verbs && findOwn(scope.verbs, name, what, [...path, 'own'], complain);
  if (!facts) return { verb: name, with: given, backends: [] };
  checkOwnValues(facts, words.with, path, complain);
  const moments = Object.keys(facts.moments);
  if (when.kind === 'moment') {
    const at = [...path, 'when', 'moment'];
    const reason = moments.includes(when.at) ? whyNever(when.at, scope) : undefined;
    if (!moments.includes(when.at)) complain(unknown(at, `moment of ${name}`, when.at, () => moments));
    else if (reason !== undefined) never(at, reason);
  } else if (when.kind !== 'after') {
    complain({
      path: words.when === undefined ? path : [...path, 'when'],
      message: `${name} fires at a moment of its own, or after another fault`,
      expected: `when: { moment: … }, one of ${moments.join(', ')}`,
    });
  }
  if (facts.targets === 'none' && targets.length > 0)
    complain({ path: [...path, 'to'], part: 'key', message: `${name} hits no task` });
  if (facts.targets === 'required' && words.to === undefined)
    complain({ path, message: `to is missing: the task that ${name} hits`, expected: 'to: a task, or a list' });
  return { verb: name, with: given, backends: facts.backends };
}

/** Why a case that is for one backend that ships never reaches this moment. */
function whyNever(moment: string, { restart, criu, isProgram, runtime }: FaultScope): string | undefined {
  const [backend, ...others] = restart.backends;
  if (backend === undefined || others.length > 0) return undefined;
  const known = Object.keys(momentsIn([backend]));
  if (known.length > 0 && !known.includes(moment)) return `${backend} has only ${known.join(', ')}`;
  if (backend === 'criu') return criu && neverAtStage(moment as CriuStage, criu, isProgram);
  const call = readRuntimeMoment(moment)?.call;
  return backend === 'oci' && runtime && call !== undefined && !runtime.rounds.includes(call)
    ? `rounds has no ${call}`
    : undefined;
}
