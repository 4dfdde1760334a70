/** `mktrouble conformance <backend> [paths…]`: whether a backend keeps the contract. */
import { type Command, Option } from 'commander';
import { withoutUndefined } from '../../config/options.ts';
import type { Conformance } from '../../conformance/index.ts';
import type { BackendName } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { criuOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';
import { parseBackend, parseTimeout } from '../run/request.ts';

interface Flags {
  readonly timeout: number;
  readonly json: boolean;
}

export const addConformance: AddCommand = ({ program, action }) => {
  program
    .command('conformance')
    .summary('check a backend of your own')
    .description(
      'Checks whether a backend keeps the contract of docs/writing-a-backend.md. Exit code 1 when it does not, 2 when it cannot be loaded or run here.',
    )
    .argument('<backend>', 'the file of a backend, or the name of one that ships', parseBackend)
    .argument('[paths...]', 'scenario files or folders with further cases for it')
    .addOption(criuOption())
    .addOption(
      new Option('--timeout <time>', 'time limit of each call of the backend: 30 (seconds), 500ms, 5m')
        .argParser(parseTimeout)
        .default(30_000, '30'),
    )
    .option('--allow-commands', 'execute the commands that scenarios name (subject, load, check)', false)
    .option('--json', 'print one JSON object', false)
    .action(action(conformance));
};

async function conformance(
  names: readonly BackendName[],
  paths: readonly string[],
  { timeout, json }: Flags,
  command: Command,
): Promise<ExitCode> {
  if (names.length !== 1) return complain('one backend is checked at a time');
  const { readOptions } = await import('../options.ts');
  const options = readOptions(command, paths, ['criu', 'allowCommands']);
  if (typeof options === 'number') return options;
  const { loadPaths } = await import('../files.ts');
  const loaded = paths.length === 0 ? new Map() : loadPaths({ ...options, paths });
  if (typeof loaded === 'number') return loaded;
  const { moduleNamed } = await import('../../injector/backends.ts');
  const { checkConformance } = await import('../../conformance/index.ts');
  const { criu, allowCommands } = options;
  const module = await moduleNamed(names[0]!);
  return interruptible(async (signal) => {
    const cases = [...loaded.values()].flatMap((file) => file.cases);
    const result = await checkConformance(module, {
      cases,
      limit: timeout,
      allowCommands,
      signal,
      ...withoutUndefined({ criu }),
    });
    print(json ? `${JSON.stringify(result, undefined, 2)}\n` : describe(result));
    return judge(result);
  });
}

function judge({ unavailable, cases, checks }: Conformance): ExitCode {
  if (unavailable !== undefined) return complain(`the backend is not available here: ${unavailable}`);
  if (checks.some(({ status }) => status === 'fail')) return EXIT.finding;
  if (cases.run > 0) return EXIT.ok;
  return complain('the backend refuses every case', 'give it scenario files with cases that it can run');
}

function describe({ backend, contract, cases, checks }: Conformance): string {
  const sign = { pass: 'ok  ', fail: 'FAIL', skip: 'skip' } as const;
  const lines = checks.map(
    ({ name, rule, status, detail }) =>
      `  ${sign[status]}  ${name}: ${rule}\n${detail === undefined ? '' : `        ${detail}\n`}`,
  );
  const count = (wanted: string): number => checks.filter(({ status }) => status === wanted).length;
  const summary = `${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped; ${cases.run} of ${cases.given} cases can be run`;
  return `${backend}, contract ${contract}\n${lines.join('')}\n${summary}\n`;
}
