/** What holds for the whole process: what goes to the terminal is harmless, and no exception ends with exit code 1. */
import { guardStream } from '../boundary/harmless.ts';
import { isReaderGone, systemReason } from '../boundary/system-error.ts';
import { EXIT, explainException } from './exit.ts';

/** Guards standard output and standard error, and says how an exception that nothing catches ends the program. */
export function guardProcess(): void {
  guardStream(process.stdout);
  guardStream(process.stderr);
  // `mktrouble list | head` closes the pipe when it has seen enough, and a terminal can be closed: what goes into files
  // goes on. Any other failure is reported at the end, and is the exit code where nothing else is.
  let unwritten: Error | undefined;
  process.stdout.on('error', (error) => {
    if (!isReaderGone(error)) unwritten ??= error;
  });
  process.stderr.on('error', () => {});
  process.on('exit', (code) => {
    if (unwritten === undefined) return;
    if (code === EXIT.ok) process.exitCode = EXIT.input;
    process.stderr.write(`mktrouble: standard output is incomplete: ${systemReason(unwritten)}\n`);
  });
  process.on('uncaughtException', (error) => {
    // While Mocha runs, it has a listener of its own, and the exception is the failure of a test.
    if (process.listenerCount('uncaughtException') === 1) process.exit(explainException(error));
  });
}
