/** Whether the shipped suite kills a mutant. */

import type { SchedulableBackend } from '../../src/backends/backend.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { openMachine } from '../../src/backends/simulated/open.ts';
import { runCase } from '../../src/index.ts';
import { createJudge, shippedProperties } from '../../src/injector/judge.ts';
import { Tally } from '../../src/injector/tally.ts';
import { decide } from '../../src/injector/verdict.ts';
import type { Case } from '../../src/model/case.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';
import type { Changes } from './mutants.ts';

/** The simulated backend with a change in its protocol. */
export function mutated(changes: Changes): SchedulableBackend {
  const backend = simulated();
  backend.open = (plan, options = {}) => {
    const change = changes(plan.protocol);
    return openMachine(plan.case, protocolNamed(plan.protocol)!, { ...options, ...(change && { change }) });
  };
  return backend;
}

class Killed extends Error {}

/** The properties by which the case kills the mutant; undefined when the case passes. */
export async function killedBy(c: Case, backend: SchedulableBackend): Promise<string | undefined> {
  const tally = new Tally(createJudge(c, shippedProperties));
  const { status, reason, tried } = await runCase(c, {
    backend,
    find: (_case, record) => {
      tally.add(record);
      if (tally.failing) throw new Killed(); /* seen enough: nothing is to be shrunk */
      return [];
    },
  });
  if (status === 'error' && !tally.failing) return `error: ${reason?.split('\n')[0]}`;
  const decision = decide(c, tally.result(tried));
  if (decision.status === 'pass') return undefined;
  return [...new Set(decision.violations.map(({ property }) => property))].join(', ');
}
