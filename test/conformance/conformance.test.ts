/** The conformance kit: passes backends that keep the contract, and names the broken rule of those that do not. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Backend,
  BadSurroundings,
  type Machine,
  type Plan,
  type SchedulableBackend,
} from '../../src/backends/backend.ts';
import type { BackendModule, CreateOptions } from '../../src/backends/module.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { CONFORMANCE_RULES, checkConformance } from '../../src/conformance/index.ts';
import type { RunRecord } from '../../src/record/record.ts';

/** A backend that is right: the simulated one under a name of its own. */
function right(): SchedulableBackend {
  const inner = simulated();
  const own = (record: RunRecord): RunRecord => ({ ...record, backend: 'mine' });
  return {
    name: 'mine',
    capabilities: async () => [{ name: 'mine', available: true, detail: 'the simulated one' }],
    refuses: (c, protocol) => inner.refuses(c, protocol),
    run: async (plan) => own(await inner.run(plan)),
    dispose: () => inner.dispose(),
    open(plan, options) {
      const machine = inner.open(plan, options);
      return wrap(machine, { record: (...args) => own(machine.record(...args)) });
    },
  };
}

/** The machine with other functions in place of its own. */
function wrap(machine: Machine, other: Partial<Machine>): Machine {
  return new Proxy(machine, {
    get(target, key) {
      if (Object.hasOwn(other, key)) return other[key as keyof Machine];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function moduleOf(create: (options: CreateOptions) => Backend): BackendModule {
  return { contract: 1, name: 'mine', create };
}

/** A backend whose steps cannot be chosen. */
function plain(change: Partial<Backend> = {}): Backend {
  const { open: _, ...backend } = right();
  return { ...backend, ...change };
}

const edited = (edit: (record: RunRecord, plan: Plan) => unknown): Partial<Backend> => {
  const { run } = right();
  return { run: async (plan) => edit(await run(plan), plan) as RunRecord };
};

const machineWith = (other: (machine: Machine) => Partial<Machine>): SchedulableBackend => {
  const backend = right();
  return {
    ...backend,
    open(plan, options) {
      const machine = backend.open(plan, options);
      return wrap(machine, other(machine));
    },
  };
};

let calls = 0;

/** By what is wrong with a backend: the check that must fail. */
const WRONG: Readonly<Record<string, readonly [check: string, create: (options: CreateOptions) => Backend]>> = {
  'lists no capabilities': ['capabilities', () => plain({ capabilities: async () => [] })],
  'lists first what is not itself': [
    'capabilities',
    () => plain({ capabilities: async () => [{ name: 'other', available: true, detail: '' }] }),
  ],
  'gives an empty reason': ['refuses', () => plain({ refuses: (c) => (c.faults.length > 0 ? '' : undefined) })],
  'refuses now and then': ['refuses', () => plain({ refuses: () => (calls++ % 2 ? 'not now' : undefined) })],
  'throws instead of refusing': [
    'refuses',
    () =>
      plain({
        refuses(c) {
          if (c.criu) throw new Error('what is criu?');
          return undefined;
        },
      }),
  ],
  'writes an end that does not exist': [
    'record-is-valid',
    () => plain(edited((record) => ({ ...record, end: 'ended' }))),
  ],
  'writes a record of another case': [
    'record-is-valid',
    () => plain(edited((record) => ({ ...record, case: 'other' }))),
  ],
  'forgets a task': [
    'record-is-valid',
    () => plain(edited((record) => ({ ...record, final: { ...record.final, tasks: {} } }))),
  ],
  'reports a fault that the case does not have': [
    'record-is-valid',
    () => plain(edited((record) => ({ ...record, fired: ['no-such-fault'] }))),
  ],
  'rejects for what the restart does': [
    'record-is-valid',
    () =>
      plain({
        run: async () => {
          throw new Error('the restart failed');
        },
      }),
  ],
  'has no words for what is missing': [
    'record-is-valid',
    () =>
      plain({
        run: async () => {
          throw new BadSurroundings('');
        },
      }),
  ],
  'never ends a run': ['record-is-valid', () => plain({ run: () => new Promise(() => {}) })],
  'writes what is not JSON': ['record-is-json', () => plain(edited((record) => ({ ...record, made: new Date(0) })))],
  'writes events backwards': [
    'events-are-in-order',
    () => plain(edited((record) => ({ ...record, events: [...record.events].reverse() }))),
  ],
  'has a task that is of no case act': [
    'events-are-in-order',
    () => plain(edited((record) => ({ ...record, events: [{ step: 0, actor: 4711, kind: 'user' }] }))),
  ],
  'has a killed task live on': [
    'fired-is-honest',
    () =>
      plain(
        edited(({ final, ...record }, { case: c }) => {
          const tasks = { ...final.tasks, 101: { end: 'returned', marked: true } };
          return c.faults.length === 0
            ? { ...record, final }
            : { ...record, final: { ...final, tasks }, fired: c.faults.map(({ name }) => name) };
        }),
      ),
  ],
  'says deterministic and is not': [
    'same-seed-same-record',
    () =>
      plain({
        deterministic: true,
        ...edited((record) => ({ ...record, events: [{ step: calls++, actor: 'coordinator', kind: 'user' }] })),
      }),
  ],
  'changes the plan': [
    'plan-is-unchanged',
    () =>
      plain(
        edited((record, plan) => {
          if (!Object.isFrozen(plan)) (plan as { maxSteps: number }).maxSteps = 0;
          return record;
        }),
      ),
  ],
  'does not count steps': ['run-is-cut', () => ({ ...right(), ...edited((record) => ({ ...record, end: 'over' })) })],
  'writes into the working folder': [
    'keep-is-a-folder-for-files',
    () =>
      plain(
        edited((record, { keep }) => {
          if (keep !== undefined) writeFileSync('left-by-a-wrong-backend.log', '');
          return record;
        }),
      ),
  ],
  'runs commands that it may not': [
    'commands-need-permission',
    () =>
      plain(
        edited((record, { case: { subject } }) => {
          const [, , script] = subject?.command ?? [];
          const marker = /: > (\S+);/.exec(script ?? '')?.[1];
          if (marker !== undefined) writeFileSync(marker, '');
          return record;
        }),
      ),
  ],
  'wants half a run': ['sweep-is-a-number', () => plain({ sweep: () => 0.5 })],
  'leaves a process': [
    'dispose-releases',
    () => plain({ dispose: async () => void spawn('sleep', ['5'], { stdio: 'ignore' }).unref() }),
  ],
  'never lets go': ['dispose-releases', () => plain({ dispose: () => new Promise(() => {}) })],
  'lists actors twice': [
    'enabled-is-in-order',
    () =>
      machineWith((machine) => ({
        enabled(out) {
          const n = machine.enabled(out);
          if (n > 1) out[1] = out[0]!;
          return n;
        },
      })),
  ],
  'keeps something at reset': [
    'same-steps-same-state',
    () =>
      machineWith((machine) => ({
        reset: () => {
          machine.reset();
          machine.state[0] = calls++;
        },
      })),
  ],
  'forgets tasks in the records of its machines': [
    'machine-writes-records',
    () =>
      machineWith((machine) => ({
        record: (...args) => ({ ...machine.record(...args), final: { ...machine.record(...args).final, tasks: {} } }),
      })),
  ],
  'has state beside its state': [
    'state-is-whole',
    () =>
      machineWith((machine) => {
        let steps = 0;
        return {
          reset() {
            steps = 0;
            machine.reset();
          },
          step(actor) {
            steps += 1;
            machine.step(actor);
          },
          outcome: () => ({ ...machine.outcome(), seen: steps }),
        };
      }),
  ],
};

describe('the conformance kit', function () {
  this.timeout(60_000);

  it('passes a backend that keeps the contract, with or without steps that can be chosen', async () => {
    for (const create of [right, plain]) {
      const { checks, cases } = await checkConformance(moduleOf(() => create()));
      assert.deepEqual(
        checks.filter(({ status }) => status === 'fail'),
        [],
      );
      assert.ok(cases.run > 3);
    }
  });

  it('looks at all there is: of the simulated backend no check of a machine is skipped', async () => {
    const { checks } = await checkConformance(moduleOf(right));
    const skipped = checks.filter(({ status }) => status === 'skip').map(({ name }) => name);
    assert.deepEqual(skipped, ['sweep-is-a-number']);
  });

  it('a backend that does not work here is not checked', async () => {
    const capabilities = async () => [{ name: 'mine', available: false, detail: 'needs a moon' }];
    const { unavailable, checks } = await checkConformance(moduleOf(() => plain({ capabilities })));
    assert.deepEqual([unavailable, checks], ['needs a moon', []]);
  });

  for (const [what, [check, create]] of Object.entries(WRONG))
    it(`fails a backend that ${what}: ${check}`, async () => {
      const folder = process.cwd();
      try {
        const { checks } = await checkConformance(moduleOf(create), { limit: 1_500 });
        const failed = checks.filter(({ status }) => status === 'fail');
        assert.ok(
          failed.some(({ name, detail }) => name === check && detail),
          JSON.stringify(checks, undefined, 1),
        );
      } finally {
        rmSync(path.join(folder, 'left-by-a-wrong-backend.log'), { force: true });
      }
    });

  it('has a wrong backend for every rule', () => {
    const broken = new Set(Object.values(WRONG).map(([check]) => check));
    const never = CONFORMANCE_RULES.map(({ name }) => name).filter((name) => !broken.has(name));
    assert.deepEqual(never, []);
  });
});
