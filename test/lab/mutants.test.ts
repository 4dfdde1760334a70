import assert from 'node:assert/strict';
import { EQUIVALENT } from '../../lab/mutants/equivalent.ts';
import { killedBy, mutated } from '../../lab/mutants/judge.ts';
import { allMutants, listBuilds, planChanges } from '../../lab/mutants/mutants.ts';
import { OPERATORS, proposeEdits } from '../../lab/mutants/operators.ts';
import { parseFunction } from '../../src/protocol/rewriting.ts';
import { expandCase } from '../scenarios/support.ts';

const mutants = [...allMutants()];

/** The texts that the operators make of a function. */
function made(text: string): string[] {
  return proposeEdits(text, parseFunction(text)).map(
    ({ operator, start, end, by }) => `${operator}: ${text.slice(start, end)} => ${by.trim()}`,
  );
}

/** Some mutants, and a case that kills each; npm run mutants has them all. */
const KILLED: Readonly<Record<string, string>> = {
  'restore_activate_next: drop-call: yield* wake_up_process(task); -> {}':
    'debug/status-list.yaml#The status list of an interrupted restart shows every task as Failed',
  'do_restore_task: off-by-one: ret < 0 -> ((ret) <= (0)) (3)':
    'threads/failures.yaml#A signal to a thread after the wait for its group makes it restore or resume too early',
  'do_restore_task: swap-statements: ret = yield* wait_sync_threads(); <-> if (ret < 0) break out;':
    'threads/failures.yaml#A signal to a thread after the wait for its group makes it restore or resume too early',
  'do_restart: ignore-result: ret = yield* do_restore_task(); -> yield* do_restore_task();':
    'zombies-and-ghosts/a-ghost-interrupted.yaml#A ghost that is interrupted before the first activation triggers a kernel BUG',
  'do_restore_task: drop-assignment: current.flags |= PF_RESTARTING; -> {}':
    'zombies-and-ghosts/a-zombie-killed.yaml#SIGKILL makes a task restore itself out of turn before it becomes a zombie',
};

describe('mutants of the protocol', () => {
  it('are made of every function, by every operator, and have names of their own', () => {
    assert.equal(new Set(mutants.map(({ name }) => name)).size, mutants.length);
    assert.deepEqual(
      Object.keys(OPERATORS).filter((operator) => !mutants.some((one) => one.operator === operator)),
      [],
    );
    assert.ok(mutants.length > 700, `${mutants.length}`);
  });

  it('are what their operators say', () => {
    const text =
      'function* f(a) { yield* wake(a); a.flags = 1; if (a < 2 && b) return -EBUSY; trace_f(a); return yield* g(a); }';
    const edits = made(text);
    for (const wanted of [
      'drop-call: yield* wake(a); => {}',
      'drop-assignment: a.flags = 1; => {}',
      'swap-statements: yield* wake(a); a.flags = 1; => a.flags = 1; yield* wake(a);',
      'drop-check: if (a < 2 && b) return -EBUSY; => {}',
      'ignore-condition: a < 2 && b => (true)',
      'negate-condition: a < 2 && b => (!(a < 2 && b))',
      'one-side: a < 2 && b => (b)',
      'off-by-one: a < 2 => ((a) <= (2))',
      'other-errno: -EBUSY => (-5)',
      'other-return: -EBUSY => (0)',
    ]) {
      assert.ok(edits.includes(wanted), `${wanted}\n${edits.join('\n')}`);
    }
    assert.ok(!edits.some((edit) => /drop-call: trace_f/.test(edit)), 'trace points are not mutated');
  });

  it('differ from the protocol in the builds that are named', () => {
    const named = (part: string) => mutants.find(({ name }) => name.includes(part))!;
    assert.deepEqual(listBuilds(planChanges(named('restore_activate_next: off-by-one: next > '))), [
      'hardened',
      'hardened debug',
    ]);
    assert.deepEqual(
      listBuilds(planChanges(named('restore_debug_exit: drop-call'))).filter((build) => !build.endsWith('debug')),
      [],
    );
  });

  it('are listed as equivalent only where they are there', () => {
    const patterns = EQUIVALENT.flatMap((one) => one.mutants);
    assert.deepEqual(
      patterns.filter((pattern) => !mutants.some(({ name }) => pattern.test(name))),
      [],
    );
  });

  for (const [mutant, id] of Object.entries(KILLED)) {
    it(`${mutant} is killed by ${id}`, async () => {
      const changes = planChanges(mutants.find(({ name }) => name === mutant)!);
      const c = expandCase(id);
      assert.notEqual(await killedBy(c, mutated(changes)), undefined);
    });
  }
});
