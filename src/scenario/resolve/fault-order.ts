/** The names of faults, and the faults that wait for one another. */
import type { Fault } from '../../model/case.ts';
import { type Complain, unknown } from '../complain.ts';

/**
 * Complains about a name that is duplicated, and about an `after` that leads nowhere, in a circle, or to a fault that never
 * fires. `never`: the numbers of those that are known not to fire; what waits for one of them is added.
 */
export function checkOrder(faults: readonly (Fault | null)[], never: Set<number>, complain: Complain): void {
  const byName = new Map<string, Fault>();
  faults.forEach((fault, i) => {
    if (fault === null) return;
    if (byName.has(fault.name))
      complain({ path: ['faults', i, 'name'], message: `two faults have the name ${fault.name}` });
    else byName.set(fault.name, fault);
  });
  // A fault that has mistakes may be the one that `after` names.
  const isComplete = !faults.includes(null);
  const circular = inCircles(byName);
  faults.forEach((fault, i) => {
    if (fault?.when.kind !== 'after') return;
    const path = ['faults', i, 'when', 'after'];
    if (!byName.has(fault.when.fault)) {
      if (isComplete) complain(unknown(path, 'fault', fault.when.fault, () => [...byName.keys()]));
    } else if (circular.has(fault.name)) {
      complain({
        path,
        message: `this moment is never reached: ${fault.name} waits for itself through ${fault.when.fault}`,
      });
    }
  });
  complainOfFollowers(faults, never, complain);
}

/** What waits for a fault that never fires never fires either. */
function complainOfFollowers(faults: readonly (Fault | null)[], never: Set<number>, complain: Complain): void {
  const numbers = new Map(faults.map((fault, i) => [fault?.name, i]));
  for (let size = -1; size < never.size; ) {
    size = never.size;
    faults.forEach((fault, i) => {
      if (fault?.when.kind !== 'after' || fault.optional || never.has(i)) return;
      const before = numbers.get(fault.when.fault);
      if (before === undefined || !never.has(before)) return;
      never.add(i);
      complain({
        path: ['faults', i, 'when', 'after'],
        message: `this moment is never reached: ${fault.when.fault} never fires`,
      });
    });
  }
}

/** The faults that wait for themselves, directly or through others. */
function inCircles(byName: ReadonlyMap<string, Fault>): ReadonlySet<string> {
  const circular = new Set<string>();
  const done = new Set<string>();
  for (const start of byName.keys()) {
    const trail: string[] = [];
    const onTrail = new Map<string, number>();
    let name: string | undefined = start;
    while (name !== undefined && !done.has(name) && !onTrail.has(name)) {
      onTrail.set(name, trail.length);
      trail.push(name);
      const when: Fault['when'] | undefined = byName.get(name)?.when;
      name = when?.kind === 'after' ? when.fault : undefined;
    }
    if (name !== undefined && onTrail.has(name)) for (const one of trail.slice(onTrail.get(name))) circular.add(one);
    for (const one of trail) done.add(one);
  }
  return circular;
}
