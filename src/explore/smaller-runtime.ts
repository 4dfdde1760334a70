/** Cases with fewer words for a container runtime: a plainer container, a shorter list of calls, a call without one of its options. */
import type { Case } from '../model/case.ts';
import type { RuntimeSetup } from '../model/runtime.ts';
import { withoutKey, withoutOne } from './without.ts';

/** All cases with one word less; made lazily. Not each is a valid scenario. */
export function* smallerRuntimeCases(c: Case): Generator<Case> {
  if (!c.runtime) return;
  for (const runtime of plainerSetups(c.runtime)) yield { ...c, runtime };
}

function* plainerSetups(setup: RuntimeSetup): Generator<RuntimeSetup> {
  // Words that a case need not have; the limit of a call is no part of what happens.
  for (const word of [
    'pid',
    'mounts',
    'limits',
    'settings',
    'lowLevel',
    'images',
    'rootless',
    'capabilities',
  ] as const) {
    if (setup[word] === undefined) continue;
    const { [word]: _, ...rest } = setup;
    yield rest;
  }
  if (setup.network !== 'own') yield { ...setup, network: 'own' };
  for (const rounds of withoutOne(setup.rounds)) if (rounds.length > 0) yield { ...setup, rounds };
  for (const list of ['faults', 'mounts', 'settings', 'capabilities'] as const)
    for (const shorter of withoutOne<unknown>(setup[list] ?? [])) yield { ...setup, [list]: shorter };
  for (const limits of withoutKey(setup.limits ?? {})) yield { ...setup, limits };
  for (const call of ['checkpoint', 'restore'] as const)
    for (const options of withoutOne(setup.options[call]))
      yield { ...setup, options: { ...setup.options, [call]: options } };
}
