/** The debug build's status list has an entry for every task. */
import type { Case, TaskId } from '../../model/case.ts';
import { errnoNumber } from '../../model/errno.ts';
import type { Actor, DebugEntry, DebugType, RunRecord } from '../../record/record.ts';
import type { Violation } from '../../record/verdict.ts';
import { type Property, stepAt } from '../property.ts';
import { fateOf, isFailure, readStory, type Story } from '../story.ts';
import { identify, readTree } from '../tree.ts';
import { formatActor, formatList } from '../words.ts';

const name = 'debug-list-complete';

export const debugListComplete: Property = {
  name,
  title: 'The debug status list is complete',
  statement:
    'In the debug build the list that is printed when the context is freed has exactly one entry for the coordinator and for each task that took part (except one whose registration failed for lack of memory), each of the right type, and with a correct final state: no entry is Waiting or Running by then, restart returned no success to a task listed as Failed, and no error to one listed with Success.',
  source:
    'docs/protocol.md, "The status list of the debug build"; restore_debug_task, restore_debug_error, restore_debug_exit, restore_debug_free ("if this count is not the same as ctx->nr_total, that\'s a warning bell"); changelog v19-rc1 "Add debug process-tree status during restart"',
  hint: 'Which exit path of restart does not set the state, and does an entry keep the Running bit?',
  check(c, record) {
    if (!c.restart.debug) return [];
    const story = readStory(c, record);
    const noMemory = withoutMemory(c, record);
    const violations: Violation[] = [];
    let printed = false;
    record.events.forEach((event, position) => {
      if (story.elsewhere.has(event.actor)) return;
      if (event.kind === 'status-list') {
        printed = true;
        const entries = event.entries.filter(({ task }) => !story.elsewhere.has(task));
        const problem = findProblem(c, story, participants(story, position, noMemory), entries);
        if (problem) violations.push({ property: name, message: problem, ...stepAt(record, position) });
      } else if (event.kind === 'free' && !printed && participants(story, position, noMemory).size > 0) {
        violations.push({ property: name, message: 'the context is freed without a status list', step: event.step });
      }
    });
    return violations;
  },
};

/** The tasks that reported a lack of memory; a ghost never has a result that shows it. */
function withoutMemory(c: Case, record: RunRecord): Set<Actor> {
  const errno = -errnoNumber('ENOMEM');
  const said = new Set<Actor>();
  for (const event of record.events) {
    if ((event.kind === 'error' && event.error === errno) || (event.kind === 'return' && event.result === errno)) {
      said.add(identify(c, event.actor));
    }
  }
  return said;
}

/** The tasks that took part before this position, except those whose registration failed for lack of memory. */
function participants({ fates, elsewhere }: Story, position: number, noMemory: ReadonlySet<Actor>): Set<Actor> {
  const took = [...fates].filter(
    ([id, { registered, tookPart }]) =>
      !elsewhere.has(id) && (registered < position || (tookPart < position && !noMemory.has(id))),
  );
  return new Set(took.map(([actor]) => actor));
}

function findProblem(
  c: Case,
  story: Story,
  expected: ReadonlySet<Actor>,
  entries: readonly DebugEntry[],
): string | undefined {
  const listed = new Set<Actor>();
  for (const { task, type, state } of entries) {
    const id = identify(c, task);
    if (listed.has(id)) return `the status list has two entries for ${formatActor(id)}`;
    listed.add(id);
    const right = expectType(c, task);
    if (type !== right) return `the status list has ${formatActor(id)} as ${type}, expected ${right}`;
    if (state === 'Waiting' || state === 'Running') {
      return `the status list has ${formatActor(id)} as ${state} when the context is freed`;
    }
    const fate = fateOf(story, id);
    if (fate.result !== undefined && isUntrue(state, isFailure(c, fate), id)) {
      return `the status list has ${formatActor(id)} as ${state}, and restart returned ${fate.result} to it`;
    }
  }
  const missing = [...expected].filter((id) => !listed.has(id));
  return missing.length > 0 ? `the status list lacks ${formatList(missing)}` : undefined;
}

/** The coordinator's entry describes its own part, which can succeed when another task's part fails. */
function isUntrue(state: DebugEntry['state'], failed: boolean, id: Actor): boolean {
  return (state === 'Failed' && !failed) || (state === 'Success' && failed && id !== 'coordinator');
}

function expectType(c: Case, task: TaskId): DebugType {
  const { root, tasks } = readTree(c);
  const id = identify(c, task);
  if (id === 'coordinator') return 'Coord';
  if (id === root) return 'Root';
  return typeof id === 'number' && tasks.get(id)?.ghost ? 'Ghost' : 'Task';
}
