/** A property: a restart that succeeded has killed no task, unless a fault of the scenario did. */
import { coordinatorOutcome, defineProperty, firedIn, isOver, selectEvents } from 'mktrouble/property';

export default defineProperty({
  contract: 1,
  name: 'killed-only-on-failure',
  statement: 'When the coordinator returns success, no task was killed but by a fault of the scenario.',
  hint: 'Which signal event names the task, and at which step had success been decided?',
  check(c, record) {
    if (!isOver(record) || coordinatorOutcome(record.final) !== 'ok') return [];
    const fired = new Set(firedIn(record));
    if (c.faults.some(({ name, verb }) => fired.has(name) && (verb === 'kill' || verb === 'signal'))) return [];
    return Object.entries(record.final.tasks)
      .filter(([, { end }]) => end === 'killed')
      .map(([pid]) => {
        const kill = selectEvents(record, 'signal').find(({ task }) => task === Number(pid));
        return { message: `task ${pid} was killed, and the restart succeeded`, ...(kill && { step: kill.step }) };
      });
  },
});
