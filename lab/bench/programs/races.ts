/**
 * How many schedules it takes until one violates the property of a race: drawn by pct and at random, from several seeds.
 * The races: what an exhaustive search of healthy trees violates, and each finding of the published series without a fault.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../../../src/backends/backend.ts';
import { simulated } from '../../../src/backends/simulated/index.ts';
import { searchAll } from '../../../src/explore/exhaustive.ts';
import { type SampleOptions, Schedules } from '../../../src/explore/sample.ts';
import { parseReplay } from '../../../src/injector/replay-file.ts';
import type { Case } from '../../../src/model/case.ts';
import { judge } from '../../../src/properties/index.ts';
import { parseScenarios } from '../../../src/scenario/load.ts';

const [findings = '', sizes = '2', seeds = '3', most = '1000', mostAtRandom = '1000'] = process.argv.slice(2);
const MAX_STEPS = 100_000;
const DEPTH = 3;
const PROTOCOL = 'series';
const backend = simulated();

interface Race {
  readonly name: string;
  readonly case: Case;
  readonly property: string;
}

function open(c: Case, trace: boolean): Machine {
  return backend.open({ case: c, protocol: PROTOCOL, seed: '', maxSteps: MAX_STEPS }, { trace });
}

/** Whether a run of these moves violates the property; asked once for each way to end. */
class Judge {
  private readonly machine: Machine;
  private readonly known = new Map<string, ReadonlySet<string>>();
  private readonly case: Case;

  constructor(c: Case) {
    this.case = c;
    this.machine = open(c, true);
  }

  violated(key: string, moves: Iterable<number>): ReadonlySet<string> {
    let properties = this.known.get(key);
    if (!properties) {
      this.machine.reset();
      for (const actor of moves) this.machine.step(actor);
      const violations = judge(this.case, this.machine.record(null, [], 'over'));
      properties = new Set(violations.map(({ property }) => property));
      this.known.set(key, properties);
    }
    return properties;
  }
}

/** The properties that some runs of a case violate, and others do not. */
function findRaces(c: Case): string[] {
  const judged = new Judge(c);
  const { endings } = searchAll(open(c, false));
  const all = endings.map(({ outcome, moves }) => judged.violated(JSON.stringify(outcome), moves));
  const some = new Set(all.flatMap((properties) => [...properties]));
  return [...some].filter((property) => !all.every((properties) => properties.has(property)));
}

/** What some run of a healthy tree violates. */
function* healthy(): Generator<Race> {
  for (const tasks of sizes.split(',').map(Number)) {
    const { cases } = parseScenarios(
      `scenario: healthy\ntree: { generate: { shape: star, tasks: ${tasks} } }\nrestart: { protocol: ${PROTOCOL} }\n`,
      'healthy.yaml',
      {},
    );
    const c = cases[0]!;
    const name = tasks === 1 ? '1 healthy task' : `${tasks} healthy tasks`;
    for (const property of findRaces(c)) yield { name, case: c, property };
  }
}

function* published(): Generator<Race> {
  for (const file of readdirSync(findings)
    .filter((name) => name.endsWith('.replay.yaml'))
    .sort()) {
    const replay = parseReplay(readFileSync(path.join(findings, file), 'utf8'), file);
    if (typeof replay === 'string') throw new Error(replay);
    if (replay.protocol !== PROTOCOL || replay.case.faults.length > 0) continue;
    if (!findRaces(replay.case).includes(replay.property)) continue;
    yield { name: replay.case.title, case: replay.case, property: replay.property };
  }
}

/** The number of the first schedule that shows the race, from 1; none in so many: 0. */
function first(
  race: Race,
  machine: Machine,
  judged: Judge,
  options: Omit<SampleOptions, 'schedules'>,
  limit: number,
): number {
  const schedules = new Schedules(machine, options);
  for (let i = 0; i < limit; i++) {
    const { moves, length } = schedules.run(i);
    const key = JSON.stringify(machine.outcome());
    if (judged.violated(key, Array.from(moves).slice(0, length)).has(race.property)) return i + 1;
  }
  return 0;
}

/** One race for each case and property: different findings can be shrunk to the same. */
function* distinct(races: Iterable<Race>): Generator<Race> {
  const known = new Set<string>();
  for (const race of races) {
    const { tasks, image, restart } = race.case;
    const key = JSON.stringify([tasks, image, restart, race.property]);
    if (!known.has(key)) yield race;
    known.add(key);
  }
}

const answers = [...distinct([...healthy(), ...published()])].map((race) => {
  const machine = open(race.case, false);
  const judged = new Judge(race.case);
  const drawn = (strategy: 'pct' | 'random', limit: string): number[] =>
    Array.from({ length: Number(seeds) }, (_, seed) =>
      first(race, machine, judged, { strategy, seed: String(seed), depth: DEPTH, maxSteps: MAX_STEPS }, Number(limit)),
    );
  return { name: race.name, property: race.property, pct: drawn('pct', most), random: drawn('random', mostAtRandom) };
});
console.log(JSON.stringify(answers));
