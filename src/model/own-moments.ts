/** The moments at which a fault verb of a user's own can fire on the backends that ship, each with what it means. */
import type { Case, When } from './case.ts';
import { CRIU_STAGES } from './criu.ts';
import { RESTORING_CALLS, RUNTIME_CALL_NAMES, type RuntimeCall, SAVING_CALLS } from './runtime.ts';

type Moments = Readonly<Record<string, string>>;

/** The calls of a runtime in which CRIU works. */
const BY_CRIU = RUNTIME_CALL_NAMES.filter((call) => SAVING_CALLS.has(call) || RESTORING_CALLS.has(call));

const RUNTIME_MOMENTS: Moments = Object.fromEntries([
  ...RUNTIME_CALL_NAMES.map((call) => [`before-${call}`, `the runtime is about to be called: ${call}`]),
  ...BY_CRIU.map((call) => [`during-${call}`, `the CRIU of the ${call} has been started, and is stopped`]),
]);

/** By the names of backends; one that is missing has none. */
const MOMENTS: Readonly<Record<string, Moments>> = { criu: CRIU_STAGES, oci: RUNTIME_MOMENTS };

/** The backends that ship and have moments. */
export const BACKENDS_WITH_MOMENTS: readonly string[] = Object.keys(MOMENTS);

/** The moments that all of these backends together have, as far as they ship. */
export function momentsIn(backends: readonly string[]): Moments {
  return Object.assign({}, ...backends.map((name) => MOMENTS[name] ?? {})) as Moments;
}

/** The call of a runtime that a moment is about, and whether CRIU is at work; undefined for a moment of another backend. */
export function readRuntimeMoment(
  moment: string,
): { readonly call: RuntimeCall; readonly isDuring: boolean } | undefined {
  if (!Object.hasOwn(RUNTIME_MOMENTS, moment)) return undefined;
  const isDuring = moment.startsWith('during-');
  return { call: moment.slice(moment.indexOf('-') + 1) as RuntimeCall, isDuring };
}

/** Why a backend that ships cannot fire a verb of the user's own then; undefined: it can. */
export function whyNoMoment(backend: string, when: When, { faults }: Pick<Case, 'faults'>): string | undefined {
  if (when.kind === 'after')
    return faults.some(({ name, own }) => name === when.fault && own)
      ? undefined
      : 'a fault verb of your own fires at a moment, or after another fault verb of your own';
  const known = Object.keys(momentsIn([backend]));
  return when.kind === 'moment' && known.includes(when.at)
    ? undefined
    : `${backend} has no such moment for a fault verb of your own: it has ${known.join(', ')}`;
}
