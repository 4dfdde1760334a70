import assert from 'node:assert/strict';
import { isSchedulable, type Plan } from '../../src/backends/backend.ts';
import { simulated } from '../../src/backends/simulated/index.ts';
import { AGREEMENT, comparison } from '../../src/injector/differential.ts';
import { type FindViolations, runCase } from '../../src/injector/index.ts';
import type { Expect } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import { aBackend, aCase } from '../support/builders.ts';

const model = simulated();
const c = aCase({}, { restart: { ...aCase().restart, protocol: 'hardened' } });
const plan: Plan = { case: c, protocol: 'hardened', seed: '0', maxSteps: 10_000 };

/** A run of the model, handed in as if real tasks had done it. */
async function realRun(over: Partial<RunRecord> = {}): Promise<RunRecord> {
  assert.ok(isSchedulable(model));
  return { ...(await model.run(plan)), backend: 'native', ...over };
}

/** The same run, but for one task of which the kernel says that it sleeps. */
async function unheardOf(): Promise<RunRecord> {
  const { final, ...run } = await realRun();
  return { ...run, final: { ...final, tasks: { ...final.tasks, 101: { ...final.tasks[101]!, end: 'waiting' } } } };
}

describe('Real tasks held against the model', () => {
  const compare = comparison(model, plan)!;

  it('agree where the model, led the same way, ends alike', async () => {
    assert.equal(compare(await realRun()), undefined);
  });

  it('agree where the model can end so by another way', async () => {
    assert.equal(compare(await realRun({ schedule: ['101: taskMain: state'] })), undefined);
  });

  it('disagree where it cannot, with both timelines', async () => {
    const record = await unheardOf();
    const { violation, records } = compare(record)!;
    assert.equal(violation.property, AGREEMENT);
    assert.match(violation.actual!, /101 waiting/);
    assert.match(violation.expected!, /101 returned/);
    assert.deepEqual(
      records.map(({ backend }) => backend),
      ['native', 'simulated'],
    );
    assert.ok(records[1].events.length > 0);
  });

  it('say nothing of a run that was cut, or whose schedule is unknown', async () => {
    const { schedule: _, ...unknown } = await unheardOf();
    assert.equal(compare(unknown), undefined);
    assert.equal(compare({ ...(await unheardOf()), end: 'cut' }), undefined);
  });

  it('are a finding of the case, for a backend that says it is modelled and for no other', async () => {
    const record = await unheardOf();
    const find = () => [];
    const real = await runCase(c, { backend: { ...aBackend(record), modelled: true }, find });
    assert.equal(real.status, 'fail');
    assert.deepEqual(
      real.violations.map(({ property }) => property),
      [AGREEMENT],
    );
    assert.equal(real.differential?.length, 2);
    assert.equal(real.record?.backend, 'native');
    assert.equal((await runCase(c, { backend: aBackend(record), find })).status, 'pass');
  });
});

describe('A known defect on real tasks', () => {
  const explore = { strategy: 'exhaustive' as const, schedules: 1, depth: 1 };
  const published = aCase({ violates: ['no-kernel-defect', 'failure-has-a-cause'] }, { explore });

  it('that does not show by itself is imposed by the schedule of the model', async () => {
    const backend = { ...aBackend(await realRun()), modelled: true };
    await runCase(published, { backend, schedules: 2 });
    const schedules = backend.run.args.map(([{ schedule }]) => schedule);
    assert.deepEqual(schedules.slice(0, 2), [undefined, undefined]);
    assert.equal(schedules.length, 3);
    assert.ok(schedules[2]!.length > 0);
  });
});

describe('The runs of a backend that chooses for itself', () => {
  const seedsOf = async (sweep: number, schedules?: number): Promise<string[]> => {
    const backend = { ...aBackend(), sweep: () => sweep };
    await runCase(aCase(), { backend, find: () => [], ...(schedules !== undefined && { schedules }) });
    return backend.run.args.map(([{ seed }]) => seed);
  };

  it('see each moment of a sweep once', async () => {
    assert.deepEqual(await seedsOf(3), ['0/0', '0/1', '0/2']);
  });

  it('are a sample of it when it is long, without a moment twice', async () => {
    const seeds = await seedsOf(5400);
    assert.ok(seeds.length > 100 && seeds.length < 1000);
    assert.equal(new Set(seeds).size, seeds.length);
    assert.ok(seeds.every((seed) => Number(seed.slice(2)) < 5400));
    assert.ok(seeds.some((seed) => Number(seed.slice(2)) > 5000));
  });

  it('are as many as the caller says', async () => {
    assert.equal((await seedsOf(5400, 7)).length, 7);
  });

  /** How it went for known defects, each of which shows in the run with its number. */
  const lookingFor = async (shows: Readonly<Record<string, number>>, schedules?: number, expect?: Partial<Expect>) => {
    const backend = { ...aBackend(), sweep: () => 3 };
    let runs = 0;
    const find: FindViolations = () => {
      runs++;
      const found = Object.keys(shows).filter((property) => shows[property] === runs);
      return found.map((property) => ({ property, message: 'rare' }));
    };
    const c = aCase(expect ?? { violates: Object.keys(shows) });
    const { status, tried } = await runCase(c, { backend, find, ...(schedules !== undefined && { schedules }) });
    const seeds = backend.run.args.map(([{ seed }]) => seed);
    assert.equal(new Set(seeds).size, seeds.length, 'no run twice');
    return { status, runs: tried.schedules };
  };

  it('are fewer, when each known defect has shown, and more, when one has not', async () => {
    assert.deepEqual(await lookingFor({ rare: 2 }), { status: 'pass', runs: 2 });
    assert.deepEqual(await lookingFor({ rare: 11 }), { status: 'pass', runs: 11 });
    assert.deepEqual(await lookingFor({ rare: 1, other: 5 }), { status: 'pass', runs: 5 });
  });

  it('do not end for a defect that may show', async () => {
    assert.deepEqual(await lookingFor({ rare: 1 }, undefined, { mayViolate: ['rare'] }), { status: 'pass', runs: 3 });
  });

  it('end, when it never shows', async () => {
    assert.deepEqual(await lookingFor({ rare: 1000 }), { status: 'fail', runs: 30 });
  });

  it('are not more than the caller says, whatever has not shown', async () => {
    assert.deepEqual(await lookingFor({ rare: 11 }, 3), { status: 'fail', runs: 3 });
    assert.deepEqual(await lookingFor({ rare: 1 }, 3), { status: 'pass', runs: 3 });
  });
});
