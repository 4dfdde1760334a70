/** `--list` and `--dry-run`: what would be run, without running it. */
import { count } from '../../../reporters/words/numbers.ts';
import { type Backend, isSchedulable } from '../../backends/backend.ts';
import { harmless } from '../../boundary/harmless.ts';
import type { Options, Project } from '../../config/index.ts';
import { ownFiles } from '../../config/options.ts';
import { openBackend } from '../../injector/backends.ts';
import { DEFAULT_SEED, selectExplorer, underProtocol, whyNot } from '../../injector/index.ts';
import { type SelectedTest, selectTests, testTitle } from '../../mocha/select.ts';
import { suiteTitle } from '../../mocha/suite.ts';
import { type Case, type Explore, type Fault, listCommands, type When } from '../../model/case.ts';
import type { LoadedFiles } from '../files.ts';

interface Planned extends SelectedTest {
  readonly file: string;
}

/** Of each file the tests that are run, counted from 0. */
type Chosen = ReadonlyMap<string, readonly number[]> | undefined;

function* planned(loaded: LoadedFiles, options: Options, chosen: Chosen): Generator<Planned> {
  for (const [file, { cases }] of loaded) {
    const tests = selectTests(options, cases);
    const numbers = chosen ? (chosen.get(file) ?? []) : tests.keys();
    for (const number of numbers) yield { file: suiteTitle(file), ...tests[number]! };
  }
}

/** A line for each test that would be run: its place and its title. */
export function* listing(loaded: LoadedFiles, options: Options, chosen?: Chosen): Generator<string> {
  for (const { file, c, project } of planned(loaded, options, chosen)) {
    yield `${file}:${c.position.line}: ${harmless(testTitle(c, project, options))}\n`;
  }
}

/** For each test what its run would be: backend, protocol, schedules, faults; or the reason why it would be skipped. */
export async function* rehearsal(loaded: LoadedFiles, options: Options, chosen?: Chosen): AsyncGenerator<string> {
  const backends = new Map(
    await Promise.all(
      options.projects.map(
        async (project) => [project, await openBackend(project.backend, { ...project, ...ownFiles(options) })] as const,
      ),
    ),
  );
  try {
    for (const { file, c, project } of planned(loaded, options, chosen)) {
      const subject = underProtocol(c, project.protocol ?? c.restart.protocol);
      const opened = backends.get(project)!;
      const reason = await whyNot(opened, subject);
      const lines =
        reason === undefined
          ? [howRun(subject, opened, project), ...commandLines(subject, options), ...subject.faults.map(faultLine)]
          : [`skipped: ${reason}`];
      yield `${file}:${c.position.line}: ${harmless(testTitle(c, project, options))}\n${lines.map((line) => `  ${line}\n`).join('')}`;
    }
  } finally {
    for (const backend of backends.values()) await backend.dispose();
  }
}

/** The commands that a case runs, as they are executed. */
function commandLines(c: Case, { allowCommands }: Options): string[] {
  return listCommands(c).map(
    (command) =>
      `command: ${command.map((word) => JSON.stringify(word)).join(' ')}${allowCommands ? '' : ' (needs --allow-commands)'}`,
  );
}

function howRun(c: Case, backend: Backend, options: Project): string {
  const seed = options.seed ?? c.explore?.seed ?? DEFAULT_SEED;
  const { strategy, schedules } = selectExplorer(c, { ...options, backend });
  const where = backend.name === 'criu' ? 'on criu' : `protocol ${c.restart.protocol} on ${backend.name}`;
  return `${count(c.tasks.length, 'task')}, ${where}, ${search(backend, strategy, schedules)}, seed ${seed}`;
}

function search(backend: Backend, strategy: Explore['strategy'], schedules: number): string {
  if (!isSchedulable(backend)) return count(schedules, 'run');
  return strategy === 'exhaustive' ? 'every reachable state' : count(schedules, `${strategy} schedule`);
}

function faultLine(fault: Fault): string {
  const what = [fault.own?.verb ?? fault.verb, fault.signal, fault.failure, fault.errno]
    .filter((word) => word !== undefined)
    .join(' ');
  const target = fault.targets.length > 0 ? ` to ${fault.targets.join(' or ')}` : '';
  const often = fault.times > 1 ? `, ${fault.times} times` : '';
  return `fault ${fault.name}: ${what}${target}${often}, ${whenText(fault.when)}`;
}

function whenText(when: When): string {
  switch (when.kind) {
    case 'any':
      return 'at any moment';
    case 'start':
      return 'before the first step';
    case 'task':
      return `when ${when.task} is at ${when.at}`;
    case 'coordinator':
      return `when the coordinator is at ${when.at}`;
    case 'criu':
      return `when CRIU is at ${when.at}`;
    case 'moment':
      return `at ${when.at}`;
    case 'after':
      return `after ${when.fault}`;
  }
}
