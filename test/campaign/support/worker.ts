/** A worker of a campaign whose run number 3 of unit 1 ends its process: `worker.ts <folder> <lease>`. */
import { isLeftOut } from '../../../src/campaign/attempt.ts';
import { openFolder } from '../../../src/campaign/folder.ts';

const [folder, lease] = process.argv.slice(2);
const place = openFolder(folder!, { lease: Number(lease) });
await place.work({
  signal: new AbortController().signal,
  perform: async (unit, { attempt, mark }) => {
    let error = 0;
    for (let run = 0; run < 5; run++) {
      if (attempt.number > 1) await mark(run);
      if (isLeftOut(attempt, run)) error++;
      else if (unit === 1 && run === 3) process.kill(process.pid, 'SIGKILL');
    }
    return { unit, duration: 1, counts: { pass: 5 - error, error }, found: [] };
  },
});
