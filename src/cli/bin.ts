#!/usr/bin/env node
/**
 * The program `mktrouble`. In a clone whose sources are newer than what was built from them it runs the sources, so that
 * nobody is shown the verdict of yesterday's code.
 */
import { registerTypeScript, sourcesToRun } from './freshness.ts';

const sources = sourcesToRun(import.meta.url);
if (sources !== undefined) await registerTypeScript();
const { main }: typeof import('./main.ts') = await import(sources ?? './main.ts');
process.exitCode = await main(process.argv);
