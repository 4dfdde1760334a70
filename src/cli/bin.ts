#!/usr/bin/env node
/**
 * The program `mktrouble`. In a clone whose sources are newer than what was built from them it runs the sources, so that
 * nobody is shown the verdict of yesterday's code.
 */
import { registerTypeScript, sourcesToRun } from './freshness.ts';

surviveClosedPipe();
const sources = sourcesToRun(import.meta.url);
if (sources !== undefined) await registerTypeScript();
const { main }: typeof import('./main.ts') = await import(sources ?? './main.ts');
process.exitCode = await main(process.argv);

/** `mktrouble list | head` closes the pipe when it has seen enough: that is no error, and what goes into files goes on. */
function surviveClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
