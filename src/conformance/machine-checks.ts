/** What a backend with `open()` must do beside: the rules of a Machine, on which every search rests. */
import { isDeepStrictEqual } from 'node:util';
import { isSchedulable, type Machine, type Plan } from '../backends/backend.ts';
import { Draws } from '../backends/draws.ts';
import { walk } from '../backends/walk.ts';
import { whyBadRecord } from '../injector/own-backend.ts';
import type { Case } from '../model/case.ts';
import type { Check } from './checks.ts';
import { Failed, NotApplicable, planFor, type Subject, text } from './subject.ts';

/** Random walks of each case. */
const WALKS = 5;

interface Walked {
  readonly c: Case;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly moves: readonly number[];
}

export const MACHINE_CHECKS: readonly Check[] = [
  {
    name: 'enabled-is-in-order',
    rule: 'enabled() lists actors once, in rising order, changes nothing, and each has a label',
    check: (subject) =>
      eachWalk(subject, ({ c, machine, moves }) => {
        machine.reset();
        const enabled = new Int32Array(machine.actors.length);
        for (const actor of moves) {
          const before = machine.state.slice();
          const n = machine.enabled(enabled);
          const list = [...enabled.subarray(0, n)];
          if (!list.every((one, i) => one >= 0 && one < machine.actors.length && (i === 0 || one > list[i - 1]!)))
            throw new Failed(`in "${c.title}" enabled() lists ${list.join(', ')}`);
          if (!isDeepStrictEqual(before, machine.state))
            throw new Failed(`in "${c.title}" enabled() changes the state`);
          const strange = list.find((one) => typeof machine.label(one) !== 'string' || machine.label(one) === '');
          if (strange !== undefined) throw new Failed(`in "${c.title}" the step of actor ${strange} has no label`);
          machine.step(actor);
        }
      }),
  },
  {
    name: 'same-steps-same-state',
    rule: 'after reset() the same steps lead to the same states',
    check: (subject) =>
      eachWalk(subject, ({ c, machine, moves }) => {
        const states = statesOf(machine, moves);
        if (!isDeepStrictEqual(statesOf(machine, moves), states))
          throw new Failed(`in "${c.title}" the same ${moves.length} steps lead to other states`);
      }),
  },
  {
    name: 'state-is-whole',
    rule: 'the state is all that the future depends on: written back, the run goes on from there',
    check: (subject) =>
      eachWalk(subject, ({ c, machine, moves }) => {
        const states = statesOf(machine, moves);
        const end = JSON.stringify(machine.outcome());
        const middle = moves.length >> 1;
        // The machine is at the end of the run, and is to go on from the middle of it.
        machine.state.set(states[middle]!);
        for (const [i, actor] of moves.slice(middle).entries()) {
          machine.step(actor);
          if (!isDeepStrictEqual(machine.state.slice(), states[middle + i + 1]))
            throw new Failed(`in "${c.title}" the run goes on otherwise from a state that was written back`);
        }
        if (JSON.stringify(machine.outcome()) !== end)
          throw new Failed(`in "${c.title}" the outcome is another one after a state was written back`);
      }),
  },
  {
    name: 'machine-writes-records',
    rule: 'a machine opened with `trace` gives a valid record of its run',
    check: (subject) =>
      eachWalk(subject, ({ c, plan, moves }) => {
        const machine = open(subject, plan, true);
        const enabled = new Int32Array(machine.actors.length);
        for (const actor of moves) {
          machine.enabled(enabled);
          machine.step(actor);
        }
        const why = whyBadRecord(machine.record(plan.seed, [], 'over'), plan, subject.backend.name);
        if (why !== undefined) throw new Failed(`the record of "${c.title}" is not valid: ${why}`);
      }),
  },
];

function statesOf(machine: Machine, moves: readonly number[]): Int32Array[] {
  machine.reset();
  const states = [machine.state.slice()];
  for (const actor of moves) {
    machine.step(actor);
    states.push(machine.state.slice());
  }
  return states;
}

function open({ backend }: Subject, plan: Plan, trace = false): Machine {
  if (!isSchedulable(backend)) throw new NotApplicable('its steps cannot be chosen: there is no open()');
  return backend.open(plan, trace ? { trace } : {});
}

/** Random walks of each case, each to its end. */
function eachWalk(subject: Subject, look: (walked: Walked) => void): void {
  for (const c of subject.cases) {
    const plan = planFor(c);
    const machine = open(subject, plan);
    const draws = new Draws('7');
    for (let i = 0; i < WALKS; i++) {
      const { moves, end } = walk(machine, (enabled, n) => enabled[draws.below(n)]!, plan.maxSteps);
      if (end === 'cut') continue;
      try {
        look({ c, plan, machine, moves });
      } catch (error) {
        if (error instanceof Failed) throw error;
        throw new Failed(`in "${c.title}" the machine throws: ${text(error)}`);
      }
    }
  }
}
