/** Helpers of the native backend's tests: cases, runs, and what a machine without namespaces or compiler skips. */
import type { NativeBackend, NativeOptions } from '../../../src/backends/native/index.ts';
import { native } from '../../../src/backends/native/index.ts';
import type { Case } from '../../../src/model/case.ts';
import { expectations, judge } from '../../../src/properties/index.ts';
import type { RunRecord } from '../../../src/record/record.ts';
import { defineScenario, type ScenarioDocument } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

/** A native backend for a suite; the suite is skipped, with the reason, where there can be none. */
export function useNative(options: NativeOptions = {}): () => NativeBackend {
  const backend = native(options);
  before(async function () {
    this.timeout(60_000); // the first use compiles the agent
    await skipWithout(backend, this);
  });
  after(() => backend.dispose());
  return () => backend;
}

/** The first case of a scenario in code. */
export function expandCase(document: Omit<ScenarioDocument, 'scenario'>): Case {
  return expandCases(document)[0]!;
}

export function expandCases(document: Omit<ScenarioDocument, 'scenario'>): Case[] {
  return defineScenario({ scenario: 'a case', ...document } as ScenarioDocument);
}

/** Runs a case once; with its own protocol unless another is named. */
export function runOnce(
  backend: NativeBackend,
  c: Case,
  over: { readonly protocol?: string; readonly seed?: string; readonly schedule?: readonly string[] } = {},
): Promise<RunRecord> {
  const { protocol = c.restart.protocol, seed = '0', schedule } = over;
  return backend.run({ case: c, protocol, seed, maxSteps: 100_000, ...(schedule && { schedule }) });
}

/** Names of the properties, and of the expectations, that a record violates. */
export function judgeRecord(c: Case, record: RunRecord): string[] {
  return [...judge(c, record), ...expectations(c, record)].map(({ property }) => property);
}

/** The end of each task, in words. Whether restart still returned a result to a killed task is chance. */
export function readEnds({ final }: RunRecord): Record<string, string> {
  const { coordinator, tasks } = final;
  const text = ({ end, at, result }: { end: string; at?: string; result?: number }): string =>
    [end, ...(end === 'waiting' ? [`at ${at}`] : []), ...(end === 'returned' ? [result] : [])].join(' ');
  return {
    coordinator: text(coordinator),
    ...Object.fromEntries(Object.entries(tasks).map(([pid, task]) => [pid, text(task)])),
  };
}
