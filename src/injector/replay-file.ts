/**
 * Replay files (`*.replay.yaml`): a finding as text that people read, compare and keep. The case is in it, as a scenario,
 * and the schedule in words, so it still runs when the suite around it has changed.
 */
import { parse, stringify, Document as YamlDocument } from 'yaml';
import * as z from 'zod';
import type { Case } from '../model/case.ts';
import type { Verdict } from '../record/verdict.ts';
import { type Diagnostic, formatDiagnostic, parseScenarios, writeScenario } from '../scenario/index.ts';
import { KNOWN_NAMES } from './known.ts';

export interface Replay {
  readonly case: Case;
  /** The property that the run violates. */
  readonly property: string;
  readonly message: string;
  readonly protocol: string;
  readonly schedule: readonly string[];
}

const FILE = z.strictObject({
  version: z.literal(1),
  property: z.string(),
  message: z.string(),
  protocol: z.string(),
  scenario: z.record(z.string(), z.unknown()),
  schedule: z.array(z.string()),
});

/** The text of a replay file for a verdict; undefined when its record has no schedule in words, or it found nothing. */
export function replayText(verdict: Verdict): string | undefined {
  const violation = verdict.violations[0] ?? verdict.known[0];
  const schedule = verdict.record?.schedule;
  if (!violation || !verdict.case || !schedule || schedule.length === 0) return undefined;
  const { explore: _, ...c } = verdict.case;
  const document = new YamlDocument({
    version: 1,
    property: violation.property,
    message: violation.message,
    protocol: verdict.protocol,
    scenario: parse(writeScenario({ ...c, title: verdict.title })),
    schedule,
  });
  document.commentBefore = ' A finding of mktrouble. To see it again: npx mktrouble replay <this file>';
  return document.toString({ lineWidth: 120 });
}

/** Reads a replay file; a text that says what is wrong with it. Never throws. */
export function parseReplay(text: string, file: string): Replay | string {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    return `${file}: ${(error as Error).message}`;
  }
  const { data, error } = FILE.safeParse(content);
  if (!data) return `${file} is no replay file:\n${z.prettifyError(error)}`;
  const { cases, diagnostics } = parseScenarios(stringify(data.scenario), file, KNOWN_NAMES);
  const mistakes = diagnostics.filter(({ severity }: Diagnostic) => severity === 'error');
  const c = cases[0];
  if (!c || mistakes.length > 0) return mistakes.map((one) => formatDiagnostic(one, { color: false })).join('\n');
  const { property, message, protocol, schedule } = data;
  return { case: c, property, message, protocol, schedule };
}

/** A file name for a verdict's replay: its title and property, as far as every file system likes them. */
export function replayName(verdict: Verdict): string {
  const property = (verdict.violations[0] ?? verdict.known[0])?.property ?? 'run';
  const title = verdict.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${title.slice(0, 80)}.${verdict.protocol}.${property}.replay.yaml`;
}
