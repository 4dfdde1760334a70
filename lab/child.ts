/** A process that answers by the default export of a module, `child.ts <module>`: what `Child` starts. */
import { pathToFileURL } from 'node:url';

const { default: answer } = await import(pathToFileURL(process.argv[2]!).href);
process.on('message', async (argument) => {
  try {
    process.send!({ value: await answer(argument) });
  } catch (error) {
    process.send!({ error: (error as Error).stack ?? String(error) });
  }
});
