/** `mktrouble completion <shell>`: the script that teaches a shell to complete mktrouble's words. */
import { Argument } from 'commander';
import type { AddCommand } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { templateNames } from '../templates/shipped.ts';

export const addCompletion: AddCommand = ({ program, action }) => {
  program
    .command('completion')
    .summary('print a shell completion script')
    .description(
      'Prints the completion script of a shell. bash: eval "$(mktrouble completion bash)"; zsh: the same with zsh; fish: mktrouble completion fish | source',
    )
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .action(
      action(async (shell: 'bash' | 'zsh' | 'fish'): Promise<ExitCode> => {
        const { SHELLS } = await import('../completion/shells.ts');
        const { completedCommands } = await import('../completion/words.ts');
        process.stdout.write(SHELLS[shell](completedCommands(program, { template: templateNames() })));
        return EXIT.ok;
      }),
    );
};
