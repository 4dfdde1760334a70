/** `mktrouble lsp`: a language server for scenario files, on standard input and output. */
import type { AddCommand } from '../command.ts';
import type { ExitCode } from '../exit.ts';

export const addLsp: AddCommand = ({ program, action }) => {
  program
    .command('lsp')
    .summary('serve editors by the language server protocol')
    .description(
      'Serves an editor by the language server protocol on standard input and output: mistakes, ineffective parts, explanations, and running a scenario at its line. The editor starts and ends it.',
    )
    .option('--stdio', 'use standard input and output (the only way)', true)
    .action(
      action(async (): Promise<ExitCode> => {
        const { serve } = await import('../lsp/server.ts');
        return serve();
      }),
    );
};
