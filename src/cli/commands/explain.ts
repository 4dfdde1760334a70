/** `mktrouble explain <word>`: what a property, an errno, a point or a word of the scenario format means. */
import type { AddCommand } from '../command.ts';
import { complain, EXIT, type ExitCode, note, print } from '../exit.ts';

export const addExplain: AddCommand = ({ program, action }) => {
  program
    .command('explain')
    .summary('explain a word')
    .description('Explains a property, an errno, a signal, a point of the protocol, or a word of the scenario format.')
    .argument('<word>', 'for example no-task-resumes-early, EBUSY, sync-2, left-waiting')
    .action(action(explain));
};

async function explain(given: string): Promise<ExitCode> {
  const { glossary } = await import('../glossary.ts');
  const { resolveName: currentNameOf } = await import('../../injector/known.ts');
  const { didYouMean } = await import('../../scenario/source/nearest.ts');
  const entries = glossary();
  const word = currentNameOf('protocols', currentNameOf('properties', given));
  if (word !== given) note(`${given} has been renamed to ${word}`);
  const found = entries.filter((entry) => entry.word.toLowerCase() === word.toLowerCase());
  if (found.length === 0) {
    const words = new Set(entries.map((entry) => entry.word));
    return complain(
      `unknown word ${JSON.stringify(word)}`,
      didYouMean(word, words) ?? `known are ${[...words].join(', ')}`,
    );
  }
  print(found.map(({ word: name, kind, lines }) => `${name} (${kind})\n${indented(lines)}`).join('\n'));
  return EXIT.ok;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join('');
}
