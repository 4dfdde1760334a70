/** How long cases took: for the split into shards, which has to be the same on every machine. */
import path from 'node:path';
import { EXIT } from '../exit.ts';
import { caseKey, HISTORY_FILE, type History, readHistory } from '../history/store.ts';
import { readReports } from '../read-reports.ts';

/** The durations of a JSON report, or of a history; of the history of this folder where no file is named. Exit code 2 for a file that is neither. */
export async function readDurations(
  file: string | undefined,
  own: History,
): Promise<History['cases'] | typeof EXIT.input> {
  if (file === undefined) return own.cases;
  if (path.basename(file) === HISTORY_FILE) return readHistory(path.dirname(file)).cases;
  const reports = await readReports([file]);
  if (typeof reports === 'number') return EXIT.input;
  return Object.fromEntries(
    reports[0]!.cases.flatMap(({ id, project, backend, duration, result }) =>
      backend === null ? [] : [[caseKey(id, project ?? backend), { result, duration, run: 0 }] as const],
    ),
  );
}
