/** `npm run setup:criu`: makes sure that there is a CRIU that works here, and says which. */
import { cacheFolder } from '../c-program.ts';
import { CannotInstall, installCriu } from './install.ts';
import { locateCriu } from './locate.ts';

const say = (line: string): void => console.log(`setup:criu: ${line}`);

try {
  let found = await locateCriu();
  if (typeof found === 'string') {
    await installCriu(cacheFolder(), say);
    found = await locateCriu();
  }
  if (typeof found === 'string') throw new CannotInstall(found);
  say(`CRIU ${found.version} (${found.where})`);
} catch (error) {
  if (!(error instanceof CannotInstall)) throw error;
  console.error(`setup:criu: ${error.message}`);
  process.exitCode = 1;
}
