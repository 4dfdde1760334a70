/** Which of the tests that paths, tags and patterns select are run: `only:`, --last-failed, --only-changed and --shard narrow them. */
import type { Shard, ShardReport } from '../../../reporters/shared/shard.ts';
import { count } from '../../../reporters/words/numbers.ts';
import type { Options } from '../../config/index.ts';
import { type SelectedTest, selectTests } from '../../mocha/select.ts';
import type { Case } from '../../model/case.ts';
import { complain, type EXIT, note } from '../exit.ts';
import type { LoadedFiles } from '../files.ts';
import { caseKey, type History } from '../history/store.ts';
import type { Expected } from '../run/workers.ts';
import { isAffected, listChanged } from './changed.ts';
import { splitIntoShards } from './shard.ts';

export interface Narrowing {
  /** Only tests that did not pass when they were last run. */
  readonly lastFailed?: boolean;
  /** Only files that differ from this commit; true: from HEAD. */
  readonly onlyChanged?: string | true;
  readonly shard?: Shard;
  /** Whether a test need not be run, by its key: a run that goes on has its result. */
  readonly hasEnded?: (key: string, c: Case) => boolean;
}

export interface Narrowed {
  /** Of each file the tests that are run, counted from 0; undefined: all. */
  readonly chosen?: ReadonlyMap<string, readonly number[]>;
  /** How many tests are run. */
  readonly total: number;
  readonly shard?: ShardReport;
  /** The keys of those that are not, because they have ended. */
  readonly ended: readonly string[];
  /** The tests that are run, with how long each took. */
  readonly expected: readonly Expected[];
}

const NOTHING: Narrowed = { total: 0, chosen: new Map(), ended: [], expected: [] };

interface Test extends SelectedTest {
  readonly file: string;
  /** Its number among the tests of its file. */
  readonly number: number;
  readonly key: string;
}

/** The tests that are run; or exit code 2, after saying why there are none. */
export function narrow(
  loaded: LoadedFiles,
  options: Options,
  narrowing: Narrowing,
  durations: History['cases'],
  history: History,
): Narrowed | typeof EXIT.input {
  const all = [...loaded].flatMap(([file, { cases }]) =>
    selectTests(options, cases).map(
      (one, number): Test => ({ ...one, file, number, key: caseKey(one.c.id, one.project.name) }),
    ),
  );
  let tests = all;
  if (narrowing.onlyChanged !== undefined) {
    const { onlyChanged } = narrowing;
    const changed = listChanged(onlyChanged === true ? undefined : onlyChanged);
    if (typeof changed === 'string')
      return complain(`--only-changed: ${changed}`, 'it needs a git repository and a commit');
    const plugins = options.projects.flatMap(({ plugin }) => (plugin === undefined ? [] : [plugin]));
    const affected = new Set(
      [...loaded]
        .filter(([file, { bases = [] }]) => isAffected(file, changed, { bases, plugins }))
        .map(([file]) => file),
    );
    tests = tests.filter(({ file }) => affected.has(file));
    if (tests.length === 0) {
      note('nothing to run: no scenario file was changed');
      return NOTHING;
    }
  }
  if (narrowing.lastFailed) {
    const failed = new Set(
      Object.entries(history.cases)
        .filter(([, { result }]) => result !== 'pass' && result !== 'skip')
        .map(([key]) => key),
    );
    tests = tests.filter(({ key }) => failed.has(key));
    if (tests.length === 0) {
      note(
        history.runs.length === 0
          ? 'nothing to run: no run is recorded here'
          : 'nothing to run: no case failed in its last run',
      );
      return NOTHING;
    }
  }
  const marked = tests.filter(({ c }) => c.only !== undefined);
  if (marked.length > 0) {
    const places = [...new Set(marked.map(({ c }) => `${c.position.file}:${c.position.line}`))];
    if (options.forbidOnly)
      return complain(`a scenario has the key only: ${places.join(', ')}`, '--forbid-only refuses it');
    if (marked.length < tests.length)
      note(`only ${count(marked.length, 'case')} of ${tests.length}: ${places.join(', ')} has the key only`);
    tests = marked;
  }
  const report = narrowing.shard && splitOff(tests, narrowing.shard, durations);
  if (report) ({ tests } = report);
  if (report && tests.length === 0)
    note(`shard ${report.shard.index} of ${report.shard.of} has no case: there are ${report.shard.tests}`);
  const { hasEnded = () => false } = narrowing;
  const ended = tests.filter(({ key, c }) => hasEnded(key, c)).map(({ key }) => key);
  if (ended.length > 0) {
    const left = new Set(ended);
    tests = tests.filter(({ key }) => !left.has(key));
  }
  const expected = tests.map(({ c, project, key }) => ({
    c,
    backend: project.backend,
    duration: durations[key]?.duration,
  }));
  if (tests.length === all.length && !report) return { total: all.length, ended, expected };
  const chosen = new Map<string, number[]>();
  for (const { file, number } of tests) {
    const numbers = chosen.get(file);
    if (numbers) numbers.push(number);
    else chosen.set(file, [number]);
  }
  return { total: tests.length, chosen, ended, expected, ...(report && { shard: report.shard }) };
}

function splitOff(
  tests: readonly Test[],
  shard: Shard,
  durations: History['cases'],
): { readonly tests: Test[]; readonly shard: ShardReport } {
  const weighed = tests.map(({ key }) => ({ key, duration: durations[key]?.duration }));
  const { shards, plan } = splitIntoShards(weighed, shard.of);
  return {
    tests: tests.filter((_, i) => shards[i] === shard.index),
    shard: { ...shard, plan, tests: tests.length },
  };
}
