/** A run with its results in the history of the project. */

import { quoted } from '../../../reporters/shared/replay-command.ts';
import { chooseFormer, type FormerRun } from '../../../reporters/shared/trend.ts';
import type { Options } from '../../config/index.ts';
import { type DriveRequest, drive } from '../../mocha/drive.ts';
import { EXIT, type ExitCode, note } from '../exit.ts';
import { HistoryRecorder } from '../history/recorder.ts';
import { DEFAULT_FOLDER, readHistory } from '../history/store.ts';

/** The history is beside the replay files. */
export function historyFolder({ replays = DEFAULT_FOLDER }: Options): string {
  return replays;
}

/** Runs, with the results in the history, also when the run is interrupted; and prints which files were written. */
export async function driveAndRecord(request: DriveRequest): Promise<ExitCode> {
  const { options, shard, onResult } = request;
  const recorder = new HistoryRecorder(historyFolder(options), commandLine(), shard !== undefined);
  const cutShort = (): void => recorder.save(true);
  process.once('exit', cutShort);
  try {
    const exit = await drive({
      ...request,
      former: listFormer(historyFolder(options)),
      onResult: (result) => {
        recorder.add(result);
        onResult?.(result);
      },
    });
    recorder.save(exit === EXIT.interrupted);
    for (const { name, output } of options.reporters) if (output !== undefined) note(`${name}: ${output}`);
    return exit;
  } finally {
    process.off('exit', cutShort);
  }
}

/** The recorded runs of this project that are comparable: those that were complete. */
function listFormer(folder: string): readonly FormerRun[] {
  const runs = readHistory(folder).runs.filter(({ interrupted }) => !interrupted);
  return chooseFormer(
    runs.map(({ time, passed, failed, flaky, errors, incomplete, skipped }) => ({
      time,
      cases: passed + failed + flaky + errors + incomplete + skipped,
      failed: failed + flaky + errors,
    })),
  );
}

function commandLine(): string {
  return ['mktrouble', ...process.argv.slice(2)].map(quoted).join(' ');
}
