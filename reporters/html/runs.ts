/** The runs of a case that are played: its own, those of several ways to run it, and those on other backends. */
import { useEffect, useState } from 'preact/hooks';
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { VERDICT_NAMES } from '../words/verdicts.ts';
import { listRecords, readCase } from './data.ts';
import type { CaseDetail, ReportIndex } from './format.ts';

/** A run to be played, with its violations. */
interface Run {
  readonly record: RunRecord;
  readonly c: Case | undefined;
  readonly violations: readonly Violation[];
  readonly heading: string;
  /** Whether its tree is smaller than that of the scenario. */
  readonly shrunk: boolean;
}

/** The runs of a case, each with its violations. */
export function listRuns(detail: CaseDetail, severalBackends: boolean): Run[] {
  const violations = detail.violations.length > 0 ? detail.violations : detail.known;
  return listRecords(detail).map((record) => {
    const result = severalBackends
      ? `: ${VERDICT_NAMES[detail.result === 'pass' && detail.known.length > 0 ? 'known' : detail.result]}`
      : '';
    return {
      record,
      c: detail.case,
      violations,
      heading: `On ${record.backend}${result}`,
      shrunk: detail.shrunk ?? false,
    };
  });
}

/** The details of the same case on other backends, once they are unpacked. */
export function useOthers(index: ReportIndex, position: number): readonly CaseDetail[] {
  const [others, setOthers] = useState<readonly CaseDetail[]>([]);
  useEffect(() => {
    let current = true;
    const positions = onOtherBackends(index, position);
    if (positions.length > 0)
      Promise.all(positions.map(readCase)).then(
        (read) => current && setOthers(read),
        () => {},
      );
    return () => {
      current = false;
    };
  }, [index, position]);
  return others;
}

function onOtherBackends({ cases }: ReportIndex, position: number): number[] {
  const { title, file, line, protocol, backend } = cases[position]!;
  return cases.flatMap((other, i) =>
    other.backend !== backend &&
    other.backend !== '' &&
    other.title === title &&
    other.file === file &&
    other.line === line &&
    other.protocol === protocol
      ? [i]
      : [],
  );
}
