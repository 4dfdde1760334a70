/** A run with its results in the history of the project. */

import { quoted } from '../../../reporters/shared/replay-command.ts';
import { chooseFormer, type FormerRun } from '../../../reporters/shared/trend.ts';
import type { Options } from '../../config/index.ts';
import { type DriveRequest, drive } from '../../mocha/drive.ts';
import { selectTests } from '../../mocha/select.ts';
import { EXIT, type ExitCode, note } from '../exit.ts';
import { HistoryRecorder } from '../history/recorder.ts';
import { caseKey, DEFAULT_FOLDER, readHistory } from '../history/store.ts';
import { digestCase, identifySetting, Journal } from './journal.ts';

/** The history is beside the replay files. */
export function historyFolder({ replays = DEFAULT_FOLDER }: Options): string {
  return replays;
}

/** The journal of a run that begins. */
export function beginJournal({ loaded, options, earlier = [] }: DriveRequest): Journal {
  const digests = new Map(
    [...loaded.values()].flatMap(({ cases }) =>
      selectTests(options, cases).map(({ c, project }) => [caseKey(c.id, project.name), digestCase(c)] as const),
    ),
  );
  const header = { setting: identifySetting(options), command: commandLine().replace(/ --resume\b/, '') };
  return new Journal(historyFolder(options), header, digests, options, earlier);
}

/** Runs, with the results in the history, also when the run is interrupted; and prints which files were written. */
export async function driveAndRecord(request: DriveRequest, journal?: Journal): Promise<ExitCode> {
  const { options, shard, onResult, earlier = [] } = request;
  const recorder = new HistoryRecorder(historyFolder(options), commandLine(), shard !== undefined);
  for (const result of earlier) recorder.add(result);
  const cutShort = (): void => {
    recorder.save(true);
    journal?.flush();
    if (journal) note('mktrouble run with the same options and --resume goes on with what is left');
  };
  process.once('exit', cutShort);
  try {
    const exit = await drive({
      ...request,
      former: listFormer(historyFolder(options)),
      onResult: (result) => {
        recorder.add(result);
        journal?.add(result);
        onResult?.(result);
      },
    });
    if (exit === EXIT.interrupted) cutShort();
    else {
      recorder.save(false);
      journal?.remove();
    }
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
