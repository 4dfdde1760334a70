/** `mktrouble protocol list|show|diff`: the protocols under test, as stacks of patches and as source. */
import { Argument } from 'commander';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode, print } from '../exit.ts';
import { parseProtocol } from '../run/request.ts';

export const addProtocol: AddCommand = ({ program, action }) => {
  const protocol = program
    .command('protocol')
    .summary('list, show or compare protocols')
    .description(
      'A protocol is the restart of the patch (protocol "patch") with a stack of small named patches on it.',
    );
  protocol
    .command('list')
    .summary('list the protocols with their patches')
    .description('Lists each protocol with the patches of its stack, from the bottom.')
    .action(action(list));
  protocol
    .command('show')
    .summary('explain the patches of a protocol, or print its source')
    .description('Prints what each patch of the stack does, from the bottom.')
    .addArgument(named('name', 'the protocol'))
    .option('--source', 'the source of the protocol with its patches applied, instead')
    .option('--c', 'the C that real tasks run, made from that source, instead')
    .action(action(show));
  protocol
    .command('diff')
    .summary('compare two protocols as a unified diff')
    .description('Prints what differs in the sources of two protocols. Exit code 0, also when they differ.')
    .addArgument(named('from', 'the protocol to compare with, for example series'))
    .addArgument(named('to', 'the protocol that is compared, for example hardened'))
    .action(action(diff));
};

function named(name: string, description: string): Argument {
  return new Argument(`<${name}>`, description).argParser(parseProtocol);
}

async function list(): Promise<ExitCode> {
  const { PROTOCOLS, protocolNamed } = await import('../../protocol/stacks.ts');
  const width = Math.max(...PROTOCOLS.map((name) => name.length));
  const lines = PROTOCOLS.map((name) => {
    const { patches } = protocolNamed(name)!;
    return `${name.padEnd(width)}  ${patches.join(' ') || '(the patch as it is)'}\n`;
  });
  print(lines.join(''));
  return EXIT.ok;
}

async function show(name: string, { source, c }: { readonly source?: true; readonly c?: true }): Promise<ExitCode> {
  const { protocolNamed } = await import('../../protocol/stacks.ts');
  const { patchNamed } = await import('../../protocol/patch.ts');
  const { join } = await import('../../protocol/source.ts');
  const protocol = protocolNamed(name)!;
  if (c) {
    const { protocolToC } = await import('../../protocol/to-c.ts');
    print(protocolToC(protocol));
    return EXIT.ok;
  }
  if (source) {
    print(
      protocol
        .files()
        .map((file) => `/* ${file.name} */\n\n${join(file)}`)
        .join('\n'),
    );
    return EXIT.ok;
  }
  const patches = protocol.patches.map(patchNamed).map(({ name: patch, description, notes, hunks }) => {
    const changed = [...new Set(hunks.map((hunk) => `${hunk.function}()`))].join(', ');
    const words = [
      description,
      `changes ${changed}`,
      ...Object.entries(notes).map(([key, value]) => `${key}: ${value}`),
    ];
    return `\n${patch}\n${words.map((line) => `  ${line}\n`).join('')}`;
  });
  print(
    `${protocol.name}: the patch${patches.length > 0 ? `, and on it ${patches.length} patches` : ' as it is'}\n${patches.join('')}`,
  );
  return EXIT.ok;
}

async function diff(from: string, to: string): Promise<ExitCode> {
  const { protocolNamed } = await import('../../protocol/stacks.ts');
  const { diffProtocols } = await import('../../protocol/diff.ts');
  print(diffProtocols(protocolNamed(from)!, protocolNamed(to)!));
  return EXIT.ok;
}
