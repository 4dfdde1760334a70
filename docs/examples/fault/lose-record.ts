/** A fault verb: records of saved tasks are lost from the store of the backend `store`. */
import { defineFault } from 'mktrouble/fault';

/** What the backend hands over: the saved tasks, by their pids. */
interface Store {
  readonly records: Map<number, string>;
}

export default defineFault<Store>({
  contract: 1,
  name: 'lose-record',
  statement: 'Removes the records of tasks, or their contents.',
  backends: ['store'],
  moments: {
    'after-save': 'every task is saved',
    'before-load': 'the tasks are gone, the first record is about to be read',
  },
  targets: 'required',
  words: {
    how: { type: 'text', choices: ['removed', 'emptied'], statement: 'what becomes of a record', optional: true },
  },
  fire({ fault, with: { how = 'removed' } }, { records }) {
    const hit = fault.targets.filter((task) => typeof task === 'number' && records.has(task)) as number[];
    for (const task of hit) {
      if (how === 'removed') records.delete(task);
      else records.set(task, '');
    }
    return hit.length > 0;
  },
});
