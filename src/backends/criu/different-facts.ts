/** The facts of tasks that a record keeps: in each group of censuses those that differ. */
import type { CriuCensus, CriuPreDump, CriuRecord } from '../../record/criu.ts';
import { reduceCensuses } from '../census/different-facts.ts';

const OF_THE_TREE = ['before', 'afterDump', 'restored', 'afterRestore', 'restoredAgain', 'afterAgain'] as const;

/** The record with the facts that differ. */
export function keepDifferentFacts(record: CriuRecord): CriuRecord {
  const tree = OF_THE_TREE.flatMap((name): [typeof name, CriuCensus][] => {
    const census = record[name];
    return census ? [[name, census]] : [];
  });
  const kept = reduceCensuses(tree.map(([, census]) => census));
  const [before, after] = reduceCensuses([record.bystanders.before, record.bystanders.after]);
  return {
    ...record,
    ...Object.fromEntries(tree.map(([name], i) => [name, kept[i]])),
    ...(record.earlier && { earlier: record.earlier.map(keepDifferentFacts) }),
    ...(record.preDumps && { preDumps: record.preDumps.map(reducePreDump) }),
    bystanders: { before: before!, after: after! },
  };
}

function reducePreDump(preDump: CriuPreDump): CriuPreDump {
  const [before, after] = reduceCensuses([preDump.before, preDump.after]);
  return { ...preDump, before: before!, after: after! };
}
