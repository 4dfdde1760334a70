/** Sorts the findings of JSON reports by defect, and works out what becomes of the file of known defects. */
import type { JsonReport } from '../../reporters/merge.ts';
import type { CaseReport } from '../../reporters/shared/case-report.ts';
import { type DefectState, findBucket, hashSignature, type KnownDefect, type Signature } from '../model/signature.ts';
import type { DefectsUpdate } from '../scenario/defects.ts';

/** The findings of one defect in all reports. */
export interface TriagedDefect {
  /** The known defect; undefined: the signature is in none. */
  readonly defect: KnownDefect | undefined;
  readonly signature: Signature;
  readonly state: DefectState;
  /** Ids of the cases that show it, each once. */
  readonly cases: readonly string[];
  /** How many of the reports show it. */
  readonly reports: number;
}

export interface Triage {
  /** The most frequent first. */
  readonly found: readonly TriagedDefect[];
  /** Defects that are known or flaky, whose cases all ran in some report, and that no report shows. */
  readonly gone: readonly KnownDefect[];
}

/** Characters of a title, as of a scenario. */
const MAX_TITLE = 200;
/** Cases that a new defect is written down with, at most. */
const EXAMPLES = 3;

/** Sorts what the cases of these reports show; findings without a signature (of older reports) are left out. */
export function triage(reports: readonly JsonReport[], defects: readonly KnownDefect[]): Triage {
  const found = new Map<string, { signature: Signature; cases: Set<string>; reports: Set<number> }>();
  reports.forEach(({ cases }, number) => {
    for (const { id, bucket } of cases) {
      if (!bucket) continue;
      const { signature } = bucket;
      const key = findBucket(signature, defects).defect ?? hashSignature(signature);
      const one = found.get(key) ?? { signature, cases: new Set(), reports: new Set() };
      found.set(key, one);
      one.cases.add(id);
      one.reports.add(number);
    }
  });
  const list = [...found].map(([key, { signature, cases, reports: shown }]) => {
    const defect = defects.find(({ name }) => name === key);
    return { defect, signature, state: defect?.state ?? 'new', cases: [...cases], reports: shown.size };
  });
  const ran = new Set(reports.flatMap(({ cases }) => cases.filter(hasRun).map(({ id }) => id)));
  const gone = defects.filter(
    ({ name, state, cases = [] }) =>
      (state === 'known' || state === 'flaky') &&
      !found.has(name) &&
      cases.length > 0 &&
      cases.every((id) => ran.has(id)),
  );
  return { found: list.sort((a, b) => b.cases.length - a.cases.length), gone };
}

function hasRun({ result }: CaseReport): boolean {
  return result === 'pass' || result === 'fail' || result === 'flaky';
}

/**
 * What the file of known defects becomes: each signature that no defect has is a new one, known defects that are gone are fixed,
 * and fixed ones that show again are new. A flaky one may be gone by chance, and stays. With several reports a new defect that
 * only some of them show is flaky.
 */
export function planUpdate({ found, gone }: Triage, reports: number, taken: ReadonlySet<string>): DefectsUpdate {
  const names = new Set(taken);
  const added = found
    .filter(({ defect }) => !defect)
    .map(({ signature, cases, reports: shown }): KnownDefect => {
      const { property, place, shape } = signature;
      const name = chooseName(`${property}-${hashSignature(signature)}`, names);
      return {
        name,
        title: [property, place, shape]
          .filter((text) => text !== '')
          .join(', ')
          .slice(0, MAX_TITLE),
        state: 'new',
        signatures: [signature],
        ...(shown < reports && { note: `shown by ${shown} of ${reports} reports: flaky?` }),
        cases: cases.slice(0, EXAMPLES),
      };
    });
  const again = found.filter(({ state }) => state === 'fixed').map(({ defect }) => [defect!.name, 'new'] as const);
  const fixed = gone.filter(({ state }) => state === 'known').map(({ name }) => [name, 'fixed'] as const);
  return { added, states: new Map<string, DefectState>([...again, ...fixed]) };
}

function chooseName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let i = 2; names.has(name); i++) name = `${wanted}-${i}`;
  names.add(name);
  return name;
}
