/** The text of a replay file: a case and a schedule in words, as a person reads, compares and keeps them. */
import { parse, Document as YamlDocument } from 'yaml';
import type { Case } from '../model/case.ts';
import { writeScenario } from './write.ts';

export interface ReplayWords {
  /** The property that the run violates. */
  readonly property: string;
  readonly message: string;
  readonly protocol: string;
  readonly case: Case;
  readonly schedule: readonly string[];
}

/** YAML that `mktrouble replay` reads. How the case was explored is not in it. */
export function writeReplay({ property, message, protocol, case: c, schedule }: ReplayWords): string {
  const { explore: _, ...rest } = c;
  const scenario: unknown = parse(writeScenario(rest));
  const document = new YamlDocument({ version: 1, property, message, protocol, scenario, schedule });
  document.commentBefore = ' A finding of mktrouble. To see it again: npx mktrouble replay <this file>';
  return document.toString({ lineWidth: 120 });
}
