/**
 * What a record keeps of the facts of tasks: those that differ between two censuses of one run. The others, hundreds a task,
 * would only say what a program has.
 */
import type { CriuCensus, CriuFacts, CriuTask, CriuThread } from '../../record/criu.ts';

/** The censuses with the facts that are not the same in all of them. */
export function reduceCensuses(censuses: readonly CriuCensus[]): CriuCensus[] {
  const tasks = censuses.flatMap((census) => census.tasks);
  const steady = findDifferent(tasks.map(({ pid, facts }) => [pid, facts]));
  const held = findDifferent(tasks.map(({ pid, heldFacts }) => [pid, heldFacts]));
  const asked = findDifferent(tasks.map(({ pid, askedFacts }) => [pid, askedFacts]));
  const threads = findDifferent(tasks.flatMap((task) => task.threads.map(({ tid, facts }) => [tid, facts] as const)));
  const thread = ({ facts, ...rest }: CriuThread): CriuThread => ({
    ...rest,
    ...only('facts', threads(rest.tid, facts)),
  });
  const task = ({ facts, heldFacts, askedFacts, ...rest }: CriuTask): CriuTask => ({
    ...rest,
    ...only('facts', steady(rest.pid, facts)),
    ...only('heldFacts', held(rest.pid, heldFacts)),
    ...only('askedFacts', asked(rest.pid, askedFacts)),
    threads: rest.threads.map(thread),
  });
  return censuses.map((census) => ({ ...census, tasks: census.tasks.map(task) }));
}

type Choose = (id: number, facts: CriuFacts | undefined) => CriuFacts | undefined;

/** A function that leaves of the facts of a task or thread those that are not the same wherever it was read. */
function findDifferent(all: readonly (readonly [number, CriuFacts | undefined])[]): Choose {
  const first = new Map<number, CriuFacts>();
  const different = new Map<number, Set<string>>();
  for (const [id, facts] of all) {
    if (!facts) continue;
    const earlier = first.get(id);
    if (!earlier) first.set(id, facts);
    else {
      const names = different.get(id) ?? new Set<string>();
      different.set(id, names);
      for (const name of Object.keys({ ...earlier, ...facts })) if (earlier[name] !== facts[name]) names.add(name);
    }
  }
  return (id, facts) =>
    facts && Object.fromEntries(Object.entries(facts).filter(([name]) => different.get(id)?.has(name)));
}

/** An empty set of facts stays: it was read, and what the others have it does not. */
function only<K extends string>(key: K, facts: CriuFacts | undefined): { readonly [key in K]?: CriuFacts } {
  return facts === undefined ? {} : ({ [key]: facts } as { readonly [key in K]: CriuFacts });
}
