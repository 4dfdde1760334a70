/** Every single expectation of the suite matters: whichever is changed, the suite turns red. */
import assert from 'node:assert/strict';
import type { FindViolations } from '../../src/injector/judge.ts';
import type { Case } from '../../src/model/case.ts';
import { expectations } from '../../src/properties/index.ts';
import { EQUIVALENT, type Equivalent } from './equivalent-mutants.ts';
import { listMutants, type Mutant } from './mutants.ts';
import { type Explored, explore, judgeAgain, judgeOnce, type ScenarioFileDocument, suiteDocuments } from './support.ts';

/** Whether a mutant differs from its scenario. Its cases are compared with the same search. */
async function isKilled(document: ScenarioFileDocument, mutant: Mutant): Promise<boolean> {
  const cases = mutant.cases();
  if (!cases) return true;
  for (const [i, c] of cases.entries()) {
    const original = document.cases[i]!;
    if (isRed(c, await explore(original), mutant.onlyViolates ? judgeOnce(original) : undefined)) return true;
  }
  return false;
}

function isRed(c: Case, explored: Explored, find: FindViolations | undefined): boolean {
  // An expectation that one run does not meet decides, and is cheap to ask.
  if (!find && explored.records.some((record) => expectations(c, record).length > 0)) return true;
  return judgeAgain(c, explored, find).status !== 'pass';
}

async function waits(document: ScenarioFileDocument, pid: number): Promise<boolean> {
  for (const c of document.cases) {
    if ((await explore(c)).records.some(({ final }) => final.tasks[pid]?.end === 'waiting')) return true;
  }
  return false;
}

async function findEquivalence(document: ScenarioFileDocument, { change }: Mutant): Promise<Equivalent | undefined> {
  const id = `${document.file}#${document.written.scenario}`;
  for (const one of EQUIVALENT) {
    if ((one.scenario !== undefined && one.scenario !== id) || !one.change.test(change)) continue;
    if (!one.waits || (await waits(document, Number(/\d+$/.exec(change)?.[0])))) return one;
  }
  return undefined;
}

describe('the expectations of the suite', function () {
  this.timeout(300_000);
  const survivors: string[] = [];
  const used = new Set<Equivalent>();
  let killed = 0;

  before(async () => {
    for (const document of suiteDocuments()) {
      for (const mutant of listMutants(document)) {
        if (await isKilled(document, mutant)) killed++;
        else {
          const equivalent = await findEquivalence(document, mutant);
          if (equivalent) used.add(equivalent);
          else survivors.push(`${document.file}#${document.written.scenario}: ${mutant.change}`);
        }
      }
    }
  });

  after(() => console.log(`      ${killed} changes of expectations turn the suite red`));

  it('turn red whichever one is changed', () => {
    assert.ok(killed > 1000, `only ${killed} changes`);
    assert.deepEqual(survivors, []);
  });

  it('have no equivalent change listed that is none', () => {
    const unused = EQUIVALENT.filter((one) => !used.has(one));
    assert.deepEqual(
      unused.map(({ scenario, change }) => `${scenario}: ${change}`),
      [],
    );
  });
});
