/** Where real tasks were when a run ended, by /proc, in words. Runs in a browser too. */
import type { RunRecord, TaskCensus } from '../../src/record/record.ts';
import { stateWords } from './criu.ts';

/** A line for each task that existed, where the run was cut or left a task waiting: `101: sleeping in futex_wait()`; else none. */
export function waitLines({ census = [], final, end }: RunRecord): string[] {
  const isHung =
    end === 'cut' || [final.coordinator, ...Object.values(final.tasks)].some((one) => one.end === 'waiting');
  return isHung ? census.filter(({ state }) => state !== undefined).map(waitLine) : [];
}

function waitLine({ task, state = '', waitChannel = '', tracer = 0 }: TaskCensus): string {
  const place = waitChannel === '' || waitChannel === '0' ? '' : ` in ${waitChannel}()`;
  return `${task}: ${stateWords(state)}${place}${tracer === 0 ? '' : `, traced by ${tracer}`}`;
}
