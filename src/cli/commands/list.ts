/** `mktrouble list [paths…]`: the cases that the scenario files make. */

import type { Command } from 'commander';
import { harmless } from '../../boundary/harmless.ts';
import type { Case } from '../../model/case.ts';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';

export const addList: AddCommand = ({ program, action }) => {
  program
    .command('list')
    .summary('list cases')
    .description('Lists the cases of the scenario files under these paths (default: scenarios).')
    .argument('[paths...]', 'scenario files or folders')
    .option('--json', 'print one JSON object per line', false)
    .action(action(list));
};

async function list(
  paths: readonly string[],
  { json }: { readonly json: boolean },
  command: Command,
): Promise<ExitCode> {
  const { loadArguments } = await import('../files.ts');
  const { suiteTitle } = await import('../../mocha/suite.ts');
  const loaded = loadArguments(command, paths);
  if (typeof loaded === 'number') return loaded;
  for (const [file, { cases }] of loaded) {
    if (!json) print(`${suiteTitle(file)}\n`);
    for (const c of cases) print(json ? `${JSON.stringify(summary(c))}\n` : textLine(c));
  }
  return EXIT.ok;
}

/** What a script wants to know of a case. */
function summary(c: Case): object {
  const { id, scenario, title, why, tags, matrix, position, restart, expect, tasks, faults } = c;
  return {
    id,
    scenario,
    title,
    ...(why !== undefined && { why }),
    tags,
    matrix,
    position,
    protocol: restart.protocol,
    backends: restart.backends,
    tasks: tasks.length,
    faults: faults.map(({ verb, name }) => ({ verb, name })),
    violates: expect.violates,
    ...(expect.mayViolate && { mayViolate: expect.mayViolate }),
  };
}

function textLine(c: Case): string {
  const tags = c.tags.map((tag) => ` @${tag}`).join('');
  return `  ${c.position.line}: ${harmless(`${c.title} (${c.restart.protocol})${tags}`)}\n`;
}
