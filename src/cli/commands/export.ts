/** `mktrouble export <finding>`: a reproducer that needs nothing of mktrouble, or a report for a mailing list. */
import { type Command, Option } from 'commander';
import type { ExportedFinding } from '../../../reporters/export/finding.ts';
import type { BackendOptions } from '../../injector/backends.ts';
import type { AddCommand } from '../command.ts';
import { type NamedEngine, severalCriuOption, severalRuntimeOption } from '../engine-options.ts';
import { complain, EXIT, type ExitCode, note, print } from '../exit.ts';
import { interruptible } from '../interrupt.ts';

const FORMATS = ['sh', 'c', 'zdtm', 'markdown', 'scenario'] as const;

interface Flags {
  readonly as: (typeof FORMATS)[number];
  readonly out?: string;
  readonly known?: string;
  readonly criu?: readonly NamedEngine[];
  readonly runtime?: readonly NamedEngine[];
}

export const addExport: AddCommand = ({ program, action }) => {
  program
    .command('export')
    .summary('write a finding as a program of its own')
    .description(
      'Writes a reproducer that needs nothing of mktrouble. For CRIU: a shell script, a C program, or a test for zdtm. For a container runtime: a shell script. For the simulated protocol: the interleaving as calls of kernel functions, in Markdown. `scenario` is the smallest scenario found. The finding is run and shrunk first, where its backend works here; with two engines (--criu old=4.1.1 --criu new=./criu) what is left of it fails with the second and passes with the first.',
    )
    .argument(
      '<finding>',
      'scenario.yaml#TITLE, scenario.yaml:LINE, a *.replay.yaml, a defect of mktrouble.known.yaml, or PAGE.md#NUMBER',
    )
    .addOption(new Option('--as <format>', 'what to write').choices(FORMATS).makeOptionMandatory())
    .option('-o, --out <file>', 'file to write (default: standard output)')
    .option('--known <file>', 'file of known defects (default: the nearest mktrouble.known.yaml)')
    .addOption(severalCriuOption())
    .addOption(severalRuntimeOption())
    .option('--allow-commands', 'execute the command of the scenario (subject), to see what it loses', false)
    .action(action(exportFinding));
};

async function exportFinding(text: string, flags: Flags, command: Command): Promise<ExitCode> {
  const { readOptions } = await import('../options.ts');
  const { engineOptions } = await import('../../config/options.ts');
  const options = readOptions(command, [], ['criu', 'runtime', 'allowCommands']);
  if (typeof options === 'number') return options;
  if (Math.min(flags.criu?.length ?? 0, flags.runtime?.length ?? 0) > 1)
    return complain('two of --criu, or two of --runtime, are compared, and not both');
  const { setting, engines } = chooseEngines(flags);
  if (engines.length > 2) return complain(`--${setting} names one engine, or two: the one that passes first`);
  const { allowCommands } = options;
  const withEngine = (one: NamedEngine | undefined): BackendOptions => ({
    ...engineOptions(options),
    allowCommands,
    ...(one && { [setting]: one.engine }),
  });
  const sound = engines.length > 1 ? withEngine(engines[0]) : undefined;
  const { findNamed, NoFinding, examine } = await import('../export.ts');
  const { CannotExport } = await import('../../../reporters/export/finding.ts');
  try {
    const named = findNamed(text, flags.known);
    return await interruptible(async (signal) => {
      const finding = await examine(named, withEngine(engines.at(-1)), signal, sound);
      if (signal.aborted) return EXIT.interrupted;
      if (!finding.seen) note('the finding was not seen in a run here: the file says what the scenario expects');
      return writeFormat(finding, flags);
    });
  } catch (error) {
    if (error instanceof NoFinding) return complain(error.message, error.hint);
    if (error instanceof CannotExport) return complain(`cannot be written as ${flags.as}: ${error.message}`);
    throw error;
  }
}

/** The engines that a scenario is to be written for: of the flag that names several. */
function chooseEngines({ criu = [], runtime = [] }: Flags): {
  readonly setting: 'criu' | 'runtime';
  readonly engines: readonly NamedEngine[];
} {
  return runtime.length > criu.length ? { setting: 'runtime', engines: runtime } : { setting: 'criu', engines: criu };
}

async function writeFormat(finding: ExportedFinding, flags: Flags): Promise<ExitCode> {
  const { as, out } = flags;
  const names = chooseEngines(flags).engines.map(({ name }) => name);
  const files = await makeFiles(finding, as, out, names);
  if (out === undefined) {
    for (const { text } of files) print(text);
    return EXIT.ok;
  }
  const { CannotWrite, writeFileAtomically } = await import('../../boundary/write-file.ts');
  try {
    for (const { file, text } of files) writeFileAtomically(file, text);
  } catch (error) {
    if (!(error instanceof CannotWrite)) throw error;
    return complain(error.message);
  }
  print(`${files.map(({ file }) => file).join(', ')}: ${finding.title}\n`);
  return EXIT.ok;
}

/** The files of a format. On standard output the .desc file of zdtm stands in a comment. */
async function makeFiles(
  finding: ExportedFinding,
  as: Flags['as'],
  out = '',
  names: readonly string[] = [],
): Promise<readonly { readonly file: string; readonly text: string }[]> {
  const { writeShellScript, writeCProgram } = await import('../../../reporters/export/script.ts');
  switch (as) {
    case 'sh':
      return [{ file: out, text: writeShellScript(finding) }];
    case 'c':
      return [{ file: out, text: writeCProgram(finding) }];
    case 'scenario':
      return [{ file: out, text: (await import('../export-scenario.ts')).writeFoundScenario(finding, names) }];
    case 'markdown':
      return [{ file: out, text: (await import('../../../reporters/export/mailing-list.ts')).writeMail(finding) }];
    case 'zdtm': {
      const { program, desc } = (await import('../../../reporters/export/zdtm.ts')).writeZdtm(finding);
      if (out === '') return [{ file: '', text: `${program}/* the .desc file beside it:\n${desc}*/\n` }];
      return [
        { file: out, text: program },
        { file: `${out.replace(/\.c$/, '')}.desc`, text: desc },
      ];
    }
  }
}
