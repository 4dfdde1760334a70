/**
 * `npm run findings`: searches for the defects in hunts.yaml, writes a minimal run of each as a replay file, and the page.
 * `npm run findings -- signal`: only the hunts with this word in their title; the other files stay.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { simulated } from '../../src/backends/simulated/index.ts';
import { searchAll, toEnd } from '../../src/explore/index.ts';
import { createJudge, shippedProperties } from '../../src/injector/judge.ts';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { Recorder } from '../../src/injector/recorder.ts';
import { replayText } from '../../src/injector/replay-file.ts';
import { identifyViolation, type JudgeCase, smallestInSlices } from '../../src/injector/shrink.ts';
import type { Case } from '../../src/model/case.ts';
import { EXPECTATION } from '../../src/properties/index.ts';
import { loadScenarioFileSync } from '../../src/scenario/index.ts';
import { FOLDER, findingsPage, PAGE, readFindings } from './page.ts';

const HUNTS = 'lab/findings/hunts.yaml';

const backend = simulated();

/** Judges by the one property that the hunt is for, in runs that end as the hunt says. */
const judge: JudgeCase = (c, record) =>
  createJudge(c, (of, r) => {
    const found = shippedProperties(of, r);
    const unexpected = found.some(({ property }) => property === EXPECTATION.name);
    if (unexpected || (of.expect.coordinator.length > 0 && r.end !== 'over')) return [];
    return found.filter(({ property }) => c.expect.violates.includes(property));
  })(record);

/** What a case violates when all is repaired but this, whatever the schedule. */
function shownWithout(c: Case, repair: string): ReadonlySet<string> {
  const protocol = `hardened-without-${repair}`;
  if (backend.refuses(c, protocol) !== undefined) return new Set();
  const plan = { case: { ...c, restart: { ...c.restart, protocol } }, protocol, seed: '0', maxSteps: 100_000 };
  const recorder = new Recorder(backend, plan);
  const { endings } = searchAll(backend.open(plan), { maxStates: 200_000 });
  return new Set(
    endings.flatMap(({ moves }) =>
      judge(plan.case, recorder.record(moves)).known.map((found) => identifyViolation(found)),
    ),
  );
}

/**
 * The same, of stories that the repair alone ends: what another defect does to the case does not count, and no smaller case
 * takes the story over. A defect that shows only together with another one is judged in the case that was hunted alone.
 */
function judgeBy(repair: string, hunted: Case): JudgeCase {
  if (shownWithout(hunted, repair).size === 0) {
    return (c, record) => (c === hunted ? judge(c, record) : { ...judge(c, record), known: [] });
  }
  const shown = new WeakMap<Case, ReadonlySet<string>>();
  return (c, record) => {
    const judgement = judge(c, record);
    if (judgement.known.length === 0) return judgement;
    const real = shown.get(c) ?? shownWithout(c, repair);
    shown.set(c, real);
    return { ...judgement, known: judgement.known.filter((found) => real.has(identifyViolation(found))) };
  };
}

function hunt(c: Case, number: number): boolean {
  const judge = judgeBy(c.tags[0]!, c);
  const plan = { case: c, protocol: c.restart.protocol, seed: '0', maxSteps: 100_000 };
  const recorder = new Recorder(backend, plan);
  const { endings } = searchAll(backend.open(plan), { maxStates: 2_000_000 });
  const found = endings.find(({ moves }) => judge(c, recorder.record(moves)).known.length > 0);
  if (!found) return false;
  const { record, judgement, case: smallest = c } = toEnd(smallestInSlices(backend, plan, found.moves, judge));
  const text = replayText({
    version: 1,
    id: c.id,
    scenario: c.scenario,
    title: c.title,
    tags: c.tags,
    position: c.position,
    backend: 'simulated',
    protocol: plan.protocol,
    seed: plan.seed,
    status: 'pass',
    violations: [],
    known: judgement.known,
    tried: { strategy: 'exhaustive', schedules: 1, complete: true },
    case: smallest,
    record,
    duration: 0,
  });
  const slug = c.scenario
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
  writeFileSync(`${FOLDER}/${String(number).padStart(2, '0')}-${slug}.replay.yaml`, text!);
  return true;
}

const { cases, diagnostics } = loadScenarioFileSync(HUNTS, KNOWN_NAMES);
if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics, undefined, 2));
mkdirSync(FOLDER, { recursive: true });
const word = process.argv[2];
if (word === undefined) for (const file of readdirSync(FOLDER)) rmSync(`${FOLDER}/${file}`);
cases.forEach((c, i) => {
  if (word !== undefined && !c.scenario.includes(word)) return;
  console.log(`${hunt(c, i + 1) ? 'found   ' : 'NOT HERE'} ${c.scenario}`);
});
writeFileSync(PAGE, await findingsPage(await readFindings((file) => readFileSync(file, 'utf8'))));
