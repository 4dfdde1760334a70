/** The findings of a record, with the step where each shows. */

import { selectEvents } from '../record/read.ts';
import type { Finding, RunRecord } from '../record/record.ts';

export interface Found {
  readonly finding: Finding;
  /** `use-after-free in ckptCtxPut: …` */
  readonly text: string;
  /** `{ step }` where the record knows it. */
  readonly step: { readonly step?: number };
}

/** The findings of these kinds, each once, in the order of the record. */
export function listFindings(record: RunRecord, kinds: ReadonlySet<Finding['kind']>): Found[] {
  const shown = selectEvents(record, 'finding');
  const found = new Map<string, Found>();
  for (const finding of [...shown.map((event) => event.finding), ...record.findings]) {
    if (!kinds.has(finding.kind)) continue;
    const text = `${finding.kind} in ${finding.at}${finding.detail === undefined ? '' : `: ${finding.detail}`}`;
    const event = shown.find((one) => one.finding.kind === finding.kind && one.finding.at === finding.at);
    if (!found.has(text)) found.set(text, { finding, text, step: event ? { step: event.step } : {} });
  }
  return [...found.values()];
}
