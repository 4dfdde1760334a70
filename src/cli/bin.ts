#!/usr/bin/env node
/**
 * The program `mktrouble`. In a clone whose sources are newer than what was built from them it runs the sources, so that
 * the verdict is never that of yesterday's code. Everything is loaded inside of `start`: what goes wrong on the way, be
 * it a missing file handle, must not end with Node's exit code 1, which means a finding.
 */
process.exitCode = await start();

async function start(): Promise<number> {
  try {
    const { guardProcess } = await import('./guard-process.ts');
    guardProcess();
    const { registerTypeScript, sourcesToRun } = await import('./freshness.ts');
    const sources = sourcesToRun(import.meta.url);
    if (sources !== undefined) await registerTypeScript();
    const { main }: typeof import('./main.ts') = await import(sources ?? './main.ts');
    return await main(process.argv);
  } catch (error) {
    // What explains exceptions may be what could not be loaded.
    const { code, message } = error as NodeJS.ErrnoException;
    const isSystem = typeof code === 'string' && /^E[A-Z0-9]+$/.test(code);
    process.stderr.write(`mktrouble: cannot start: ${isSystem ? message : (error as Error).stack}\n`);
    return isSystem ? 2 : 3;
  }
}
