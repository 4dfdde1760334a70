/** A restored program runs. */
import type { Case } from '../../../model/case.ts';
import type { CriuCensus, CriuRecord } from '../../../record/criu.ts';
import { endText, outputText } from '../../../record/program-text.ts';
import { few } from '../../criu-census.ts';
import { succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'restored-program-runs';

export const restoredProgramRuns: Property = {
  name,
  title: 'A restored program runs',
  statement:
    'After a successful restore a program (`subject`) runs: its root exists, and no task of it is stopped or traced that was not before. The program may exit with status 0; with `exit-code` it must exit with that status. (Not judged when a fault has hit a task, or when the images are edited.)',
  source:
    'CRIU: "freeze a running container (or an individual application) and checkpoint its state to disk […] so that it runs exactly as it was"',
  hint: 'Run the program without a dump: does it exit in the same way? If it does not, read its output, and look at the first system call after the restore.',
  check(c, { criu }) {
    if (!criu?.subject || !criu.afterRestore || !succeeded(criu.restore)) return [];
    if ((c.criu?.images.length ?? 0) > 0 || criu.hits.some(({ to }) => typeof to === 'number')) return [];
    const found = wrongs(c, criu, criu.afterRestore);
    if (found.length === 0) return [];
    return [
      {
        property: name,
        message: `after a restore that returned success ${few(found)}\n${outputText(criu.subject.output)}`,
      },
    ];
  },
};

function wrongs(c: Case, criu: CriuRecord, after: CriuCensus): string[] {
  const root = c.tasks[0]!.pid;
  const wanted = c.subject?.exitCode;
  const { end } = criu.subject!;
  if (end) return end.exit === (wanted ?? 0) ? [] : [`the program ${endText(end)}${wantedWords(wanted)}`];
  if (wanted !== undefined) return [`the program has not ended${wantedWords(wanted)}`];
  if (!after.tasks.some(({ pid }) => pid === root)) return [`task ${root} is missing`];
  return heldTasks(criu.before, after);
}

function wantedWords(exitCode: number | undefined): string {
  return exitCode === undefined ? '' : `; expected: exit status ${exitCode}`;
}

/** Tasks that are stopped or traced, and were not before. */
export function heldTasks(before: CriuCensus, after: CriuCensus): string[] {
  const wasHeld = new Set(before.tasks.filter(isHeld).map(({ pid }) => pid));
  return after.tasks
    .filter((task) => isHeld(task) && !wasHeld.has(task.pid))
    .map(({ pid, state, threads }) => {
      const tracer = threads.find((thread) => thread.tracer !== 0);
      return `task ${pid} is ${tracer ? 'traced' : 'stopped'} (${state})`;
    });
}

function isHeld({ state, threads }: CriuCensus['tasks'][number]): boolean {
  return state === 'T' || state === 't' || threads.some(({ tracer }) => tracer !== 0);
}
