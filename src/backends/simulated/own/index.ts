/** Protocols of one's own on the simulated backend. */
import type { Case, Task } from '../../../model/case.ts';
import { requireProtocol } from '../../../protocol/own/load.ts';
import type { OwnProtocol } from '../../../protocol/own/protocol.ts';
import type { RunRecord } from '../../../record/record.ts';
import type { OpenOptions, Plan } from '../../backend.ts';
import { Draws } from '../../draws.ts';
import { firstWalk, randomChooser, toEnd, walk } from '../../walk.ts';
import { buildOf } from './build.ts';
import { refuseFault } from './faults.ts';
import { OwnMachine } from './machine.ts';

/** Words of a task that mean something to the restart only. */
const STRANGE: readonly (readonly [word: string, isUsed: (task: Task) => boolean])[] = [
  ['state', ({ state }) => state !== 'alive'],
  ['ghost', ({ ghost }) => ghost],
  ['sibling', ({ sibling }) => sibling],
  ['traced-by', ({ tracedBy }) => tracedBy !== undefined],
  ['owner', ({ owner }) => owner !== 'self'],
  ['restarting-itself', ({ restartingItself }) => restartingItself],
  ['absent', ({ absent }) => absent],
  ['exits', ({ exits }) => exits],
  ['flags', ({ flags }) => flags !== 0],
  ['forks', ({ forkedLate }) => forkedLate !== undefined],
  ['threads', ({ pid, leader }) => pid !== leader],
];

/** Why a protocol of one's own cannot play a case; undefined: it can. */
export function refuseOwn({ tasks, image, restart, faults }: Case, protocol: OwnProtocol): string | undefined {
  const word = STRANGE.find(([, isUsed]) => tasks.some(isUsed))?.[0];
  if (word !== undefined) return `a protocol of your own knows no ${word} of a task`;
  if (image.damage.length > 0) return 'a protocol of your own has no image';
  if (restart.flags !== 0) return 'a protocol of your own knows no flags of restart(2)';
  for (const fault of faults) {
    const why = refuseFault(fault, protocol);
    if (why !== undefined) return why;
  }
  return undefined;
}

export function openOwn(plan: Plan, options: OpenOptions = {}): OwnMachine {
  return new OwnMachine(plan.case, buildOf(requireProtocol(plan.protocol)), options);
}

/** One run at random. */
export function runOwn(plan: Plan): RunRecord {
  const { maxSteps, seed } = plan;
  const machine = openOwn(plan, { trace: true });
  const { length } = toEnd(firstWalk(machine, maxSteps));
  const draws = new Draws(seed);
  const { end } = walk(
    machine,
    randomChooser(machine, () => draws.fraction(), length),
    maxSteps,
  );
  return machine.record(seed, [], end);
}
