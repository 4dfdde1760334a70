/** `mktrouble outcomes [paths…]`: for each case all the ways in which it can end, each with a shortest schedule. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { coordinatorEnd, taskEnd } from '../../../reporters/words/endings.ts';
import { findingText } from '../../../reporters/words/events.ts';
import { count } from '../../../reporters/words/numbers.ts';
import type { Outcome, Plan } from '../../backends/backend.ts';
import { harmless } from '../../boundary/harmless.ts';
import type { Ending, SearchResult } from '../../explore/index.ts';
import { endOfOutcome } from '../../injector/ends.ts';
import type { Case } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { parseCount, parseProtocol } from '../run/request.ts';

interface Flags {
  readonly json: boolean;
  readonly full: boolean;
  readonly grep?: string;
}

export const addOutcomes: AddCommand = ({ program, action }) => {
  program
    .command('outcomes')
    .summary('list every possible outcome of a case')
    .description(
      'Explores every interleaving of each case on the simulated backend, and lists the outcomes, each with a shortest schedule. Exit code 4 when a search was stopped before it was complete.',
    )
    .argument('[paths...]', 'scenario files or folders')
    .option('--protocol <name>', 'protocol to use instead of the one in the file', parseProtocol)
    .option('--grep <text>', 'only cases whose title contains this text')
    .option('--json', 'print JSON (docs/outcomes.md)', false)
    .option('--full', 'no reduction: visit every reachable state', false)
    .option('-j, --parallel <number>', 'number of threads of a long search (default: one for each core)', parseCount)
    .option('--max-states <number>', 'maximum number of states per case', parseCount, 20_000_000)
    .action(action(outcomes));
};

/** One case's answer, as in docs/outcomes.md. */
interface CaseOutcomes {
  readonly scenario: string;
  readonly case: string;
  readonly protocol: string;
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly outcomes: readonly (Omit<Outcome, 'seen'> & { readonly schedule: string })[];
}

async function outcomes(paths: readonly string[], flags: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, paths, ['protocol', 'maxStates', 'parallel']);
  if (typeof options === 'number') return options;
  const { loadPaths } = await import('../files.ts');
  const { simulated } = await import('../../backends/simulated/index.ts');
  const { DEFAULT_MAX_STATES, describe, searchOnCores } = await import('../../explore/index.ts');
  const loaded = loadPaths(options);
  if (typeof loaded === 'number') return loaded;
  const backend = simulated();
  const answers: CaseOutcomes[] = [];
  let exit: ExitCode = EXIT.ok;
  const selected = [...loaded.values()]
    .flatMap(({ cases }) => cases)
    .filter(({ title }) => flags.grep === undefined || title.includes(flags.grep));
  if (selected.length === 0) return complain('no case matches --grep', 'mktrouble list shows titles');
  for (const c of selected) {
    const protocol = options.protocol ?? c.restart.protocol;
    const refusal = backend.refuses(c, protocol);
    if (refusal !== undefined) return complain(`${c.id}: ${refusal}`);
    const plan: Plan = { case: c, protocol, seed: '0', maxSteps: Number.POSITIVE_INFINITY };
    const machine = backend.open(plan);
    const { maxStates = DEFAULT_MAX_STATES, parallel: threads = availableParallelism() } = options;
    const module = backend.module!;
    const result = await toLastValue(searchOnCores(machine, { plan, module, threads, reduce: !flags.full, maxStates }));
    const answer = makeAnswer(c, protocol, result, (moves) => describe(machine, moves).join('; '));
    if (!answer.complete) exit = EXIT.incomplete;
    if (flags.json) answers.push(answer);
    else print(formatAnswer(answer));
  }
  if (flags.json) print(`${JSON.stringify({ version: 1, cases: answers }, undefined, 2)}\n`);
  return exit;
}

async function toLastValue<T>(slices: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const { done, value } = await slices.next();
    if (done) return value as T;
  }
}

/** Ends that differ only in what was seen on the way are one outcome; the nearest stands for it. */
function makeAnswer(
  c: Case,
  protocol: string,
  result: SearchResult,
  words: (moves: Ending['moves']) => string,
): CaseOutcomes {
  const distinct = new Map<string, CaseOutcomes['outcomes'][number]>();
  for (const { outcome, moves } of result.endings) {
    const { seen: _, ...end } = outcome;
    const key = endOfOutcome(outcome);
    if (!distinct.has(key)) distinct.set(key, { ...end, schedule: words(moves) });
  }
  const { complete, states, transitions } = result;
  return {
    scenario: c.scenario,
    case: c.id,
    protocol,
    complete,
    states,
    transitions,
    outcomes: [...distinct.values()],
  };
}

function formatAnswer({ case: id, protocol, complete, states, transitions, outcomes }: CaseOutcomes): string {
  const extent = `${states.toLocaleString('en')} states, ${transitions.toLocaleString('en')} steps`;
  const lines = [
    `${harmless(id)} (${protocol}): ${count(outcomes.length, 'outcome')}, ${extent}${complete ? '' : ', INCOMPLETE'}`,
  ];
  for (const outcome of outcomes) lines.push(...outcomeLines(outcome));
  return `${lines.join('\n')}\n\n`;
}

function outcomeLines({
  coordinator,
  tasks,
  restores,
  context,
  findings,
  schedule,
}: CaseOutcomes['outcomes'][number]): string[] {
  const ends = Object.entries(tasks).map(([pid, end]) => `${pid} ${taskEnd(end, 'with its record')}`);
  const found = findings.map(findingText);
  const left = context && context.references > 0 ? [`${count(context.references, 'reference')} left`] : [];
  return [
    `  - coordinator ${coordinatorEnd(coordinator, 'briefly')}${ends.length > 0 ? ` · ${ends.join(' · ')}` : ''}`,
    ...(restores.length > 0
      ? [`    restores: ${restores.map(([pid, record]) => `${pid} from ${record}`).join(', ')}`]
      : []),
    ...[...found, ...left].map((text) => `    ${text}`),
    `    schedule: ${schedule}`,
  ];
}
