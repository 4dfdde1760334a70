/** The turn passes from one task of the image to the next when that task has read its state. */
import type { Case } from '../../model/case.ts';
import type { Actor, RunEvent, RunRecord } from '../../record/record.ts';
import { type Property, stepAt } from '../property.ts';
import { identify, readTree } from '../tree.ts';
import { formatActor } from '../words.ts';

const name = 'turns-in-order';

export const turnsInOrder: Property = {
  name,
  title: 'Each task of the image gets its turn, in order',
  statement:
    'active_pid starts with the first task of the image, set by the coordinator, and increases by one at a time, never past the number of pids; it moves on only when the task whose turn it is has read its state, or is dead; and a task restores itself only in its turn.',
  source:
    'docs/protocol.md, "Activating the next task" and "A restarting task" (sync point 2); restore_activate_next, get_active_pid, wait_task_active, exit_checkpoint; the author\'s words: "Once the currently active task completes its own restart, it increments that position and wakes up the next task"; changelog v17 "Fix race where root_task could kick start too early"',
  hint: 'Did a task that was not active pass the turn on, as a dying task does? Is active_pid still -1?',
  check(c, record) {
    if (readTree(c).taskself) return [];
    const turn = new Turn(c);
    for (let position = 0; position < record.events.length; position++) {
      const problem = turn.see(record.events[position]!);
      if (problem !== undefined) return found(record, position, problem);
    }
    return [];
  },
};

function found(record: RunRecord, position: number, message: string) {
  return [{ property: name, message, ...stepAt(record, position) }];
}

class Turn {
  readonly #case: Case;
  #index = -1;
  /** The task that has the turn; undefined: none. */
  #active: Actor | undefined;
  readonly #through = new Set<Actor>();

  constructor(c: Case) {
    this.#case = c;
  }

  /** What is wrong with this event; undefined for nothing. */
  see(event: RunEvent): string | undefined {
    const actor = identify(this.#case, event.actor);
    if (event.kind === 'restore-end' || event.kind === 'exit') this.#through.add(actor);
    else if (event.kind === 'point' && event.point === 'exit') this.#through.add(actor);
    else if (event.kind === 'restore-begin' && actor !== this.#active) return this.#outOfTurn(actor);
    else if (event.kind === 'activate') return this.#activate(actor, event.index, event.pid);
    return undefined;
  }

  #outOfTurn(actor: Actor): string {
    const turn = this.#active === undefined ? 'no task has the turn' : `${formatActor(this.#active)} has the turn`;
    return `${formatActor(actor)} begins to restore itself, and ${turn}`;
  }

  #activate(by: Actor, index: number, pid: number | undefined): string | undefined {
    const before = this.#active;
    const expected = this.#index + 1;
    const { nrTasks } = this.#case.image;
    this.#active = pid ?? readTree(this.#case).pids[index];
    this.#index = index;
    if (index !== expected) return `${formatActor(by)} moves active_pid from ${expected - 1} to ${index}`;
    if (index > nrTasks) return `${formatActor(by)} moves active_pid to ${index}, beyond ${nrTasks} pids`;
    if (index === 0 && by !== 'coordinator')
      return `${formatActor(by)} takes the first turn before the coordinator gives it`;
    if (before !== undefined && !this.#through.has(before)) {
      return `${formatActor(by)} passes the turn on before ${formatActor(before)} has restored itself`;
    }
    return undefined;
  }
}
