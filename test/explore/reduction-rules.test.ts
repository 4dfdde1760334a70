/** Each rule of the reduction, held against the steps themselves: one that is loosened is caught. */
import assert from 'node:assert/strict';
import { compiledBuild } from '../../src/backends/simulated/compile/compile.ts';
import { type Change, collectFunctions } from '../../src/backends/simulated/compile/source.ts';
import { PC } from '../../src/backends/simulated/kernel/layout.ts';
import type { SimulatedMachine } from '../../src/backends/simulated/machine.ts';
import type { OpenMachineOptions } from '../../src/backends/simulated/open.ts';
import {
  CONDITION_NAMES,
  type Condition,
  findRule,
  type Guard,
  RULES,
} from '../../src/backends/simulated/reduction.ts';
import { CHECKPOINT_CTX, CKPT_CTX_ERROR, ERRNO, KFLAGS } from '../../src/protocol/checkpoint_types.ts';
import { buildCase, SMALL_CASES } from '../backends/simulated/support/cases.ts';
import { MAIN_PROTOCOLS, openMachine, protocolOf } from '../backends/simulated/support/machines.ts';
import { walkConflicts, walkStates } from './support/commute.ts';
import { TRAPS } from './support/traps.ts';

/** Random runs of each case, and those until a loosened rule must have shown. */
const RUNS = 2;
const MOST_RUNS = 2_000;

/**
 * Conditions under which a step is taken alone although the state shows its position: what differs has no effect on how anything ends,
 * which only the comparison of outcomes shows (reduction.test.ts).
 */
const TELLS_ITS_PLACE: ReadonlySet<Condition> = new Set([
  'always',
  'completion',
  'referenceDropped',
  'logLock',
  'lateTotal',
]);

interface Witness {
  readonly case: string;
  readonly protocol?: string;
  readonly change?: Change;
}

type Conditional = Exclude<Condition, 'never' | 'always'> | Guard;

/**
 * Conditions that no case is known to need: steps around theirs keep the order that they are for. They are held to their words: each
 * forbids its step once the state is spoiled (true: it is).
 */
const SPOILED: Readonly<Partial<Record<Conditional, (machine: SimulatedMachine, actor: number) => boolean>>> = {
  /* the coordinator is still to lock others */
  ownLock: (machine, actor) => {
    const coordinator = machine.taskOf(0);
    if (actor === 0) return false;
    machine.state[coordinator + PC] = openMachine(machine.subject, 'series').state[coordinator + PC]!;
    return true;
  },
  othersLock: (machine) => {
    for (let i = 1; i < machine.world.nrTasks; i++)
      machine.state[machine.taskOf(i) + CHECKPOINT_CTX] = machine.world.ctx;
    return true;
  },
  logLock: (machine) => {
    machine.state[machine.world.ctx + KFLAGS]! &= ~CKPT_CTX_ERROR;
    return true;
  },
  errnoRead: (machine) => {
    machine.state[machine.world.ctx + ERRNO] = 0;
    return true;
  },
};

/** Where a loosened condition shows. The protocols are not wrong enough for all; some need a line less. */
const WITNESSES: Readonly<Partial<Record<Conditional, Witness>>> = {
  borrowed: { case: 'a root that exits', protocol: 'hardened-tasks-take-context' },
  ownCtxRead: { case: 'one task' },
  ownCtxWritten: { case: 'one task' },
  flagsTestedForError: { case: 'a ghost', protocol: 'patch' },
  flagsTestedForEnd: { case: 'one task' },
  errorSet: { case: 'one task' },
  imageRead: { case: 'a read that fails' },
  referenceDropped: {
    case: 'two tasks',
    change: without('get_task_ctx', 'yield* ckpt_ctx_get(ctx);'),
  },
  userSpace: { case: 'a dead child in the image' },
  completion: { case: 'a signal to any task' },
  kill: { case: 'a dead child in the image' },
  allocation: { case: 'no memory' },
  lateTotal: { case: 'a signal to any task', protocol: 'patch' },
  statusChanged: { case: 'no memory, debug build' },
  arrivals: { case: 'a fault that a point sets off comes when the task arrives, not at once', protocol: 'patch' },
  delays: { case: 'of several that are held back, either may go first' },
  freed: { case: 'two tasks', change: without('get_task_ctx', 'yield* ckpt_ctx_get(ctx);') },
};

/** A function of the model without some of its lines. */
function without(name: string, ...lines: string[]): Change {
  let text = collectFunctions(protocolOf('series')).get(name)!;
  for (const line of lines) {
    const shorter = text.replace(line, '');
    assert.notEqual(shorter, text, `${name} has no ${line}`);
    text = shorter;
  }
  return { function: name, text };
}

/** States in which a task stands before a step with this condition. */
function* statesWith(machine: SimulatedMachine, condition: Condition): Generator<{ actor: number; state: Int32Array }> {
  const variant = protocolOf('series');
  for (const { state, movers } of walkStates(machine, MOST_RUNS / 100)) {
    for (const actor of movers) {
      if (actor >= machine.firstEvent) continue;
      if (findRule(machine.compiled, state[machine.taskOf(actor) + PC]!, variant)?.alone === condition)
        yield { actor, state };
    }
  }
}

function caseNamed(name: string) {
  const trap = TRAPS[name];
  if (!trap) return SMALL_CASES.get(name)!;
  const { protocol: _, ...words } = trap;
  return buildCase(name, words);
}

describe('the rules of the reduction', function () {
  this.timeout(120_000);

  it('each fit a step of some protocol: none is for a function that has another name by now', () => {
    const used = new Set<unknown>();
    for (const name of MAIN_PROTOCOLS) {
      for (const debug of [false, true]) {
        const protocol = protocolOf(name);
        const compiled = compiledBuild({ protocol, debug, trace: false });
        for (let pc = 0; pc < compiled.labels.length; pc++) used.add(findRule(compiled, pc, protocol));
      }
    }
    for (const rule of RULES) {
      assert.ok(used.has(rule), `no step of ${rule.field} in ${rule.in.join(', ')}`);
    }
  });

  it('let a step be taken alone only where it commutes with all that others can do', () => {
    for (const [name, c] of SMALL_CASES) {
      for (const protocol of MAIN_PROTOCOLS) {
        const machine = openMachine(c, protocol);
        for (const { actor, state, step, other } of walkConflicts(machine, RUNS)) {
          machine.state.set(state);
          if (!machine.alone(actor)) continue;
          const rule = findRule(machine.compiled, state[machine.taskOf(actor) + PC]!, protocolOf(protocol))!;
          assert.ok(
            TELLS_ITS_PLACE.has(rule.alone),
            `${name} (${protocol}): ${rule.alone} takes ${step} before ${other}`,
          );
        }
      }
    }
  });

  it('know a witness for each condition', () => {
    const known = CONDITION_NAMES.filter((name) => name !== 'never' && name !== 'always');
    const shown = [...Object.keys(WITNESSES), ...Object.keys(SPOILED)];
    assert.deepEqual(shown.sort(), [...known, 'arrivals', 'delays', 'freed', 'borrowed'].sort());
  });

  for (const [condition, spoil] of Object.entries(SPOILED)) {
    it(`${condition}: forbids its step when it does not hold`, () => {
      const machine = openMachine(SMALL_CASES.get('a signal to any task')!, 'series');
      let allowed = 0;
      for (const { actor, state } of statesWith(machine, condition as Condition)) {
        machine.state.set(state);
        if (!machine.alone(actor)) continue;
        if (!spoil(machine, actor)) continue;
        allowed++;
        assert.ok(!machine.alone(actor), machine.label(actor));
      }
      assert.ok(allowed > 0, 'no state in which the step is taken alone');
    });
  }

  for (const [loosened, { case: name, protocol = 'series', change }] of Object.entries(WITNESSES)) {
    it(`${loosened}: taken for granted, it is caught`, () => {
      const c = caseNamed(name);
      const options: OpenMachineOptions = change ? { change } : {};
      const bold = openMachine(c, protocol, { ...options, loosened: loosened as Condition });
      const right = openMachine(c, protocol, options);
      for (const { actor, state } of walkConflicts(openMachine(c, protocol, options), MOST_RUNS)) {
        right.state.set(state);
        bold.state.set(state);
        if (!right.alone(actor) && bold.alone(actor)) return;
      }
      assert.fail(`${MOST_RUNS} random runs of ${name} do not show it`);
    });
  }
});
