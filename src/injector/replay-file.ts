/**
 * Replay files (`*.replay.yaml`): a finding as text that people read, compare and keep. The case is in it, as a scenario,
 * and the schedule in words, so it still runs when the suite around it has changed.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { type Case, isProtocolFile } from '../model/case.ts';
import type { Verdict } from '../record/verdict.ts';
import { parseEnclosed } from '../scenario/enclosed.ts';
import { formatDiagnostic, writeReplay } from '../scenario/index.ts';
import type { KnownNames } from '../scenario/known-names.ts';
import {
  MAX_REPLAY_BYTES,
  MAX_REPLAY_TOKENS,
  MAX_REPLAY_VALUES,
  MAX_SCHEDULE,
  MAX_WRITTEN_TASKS,
  REPEATS_WITHIN_LIMIT,
} from '../scenario/limits.ts';
import { protocolFile } from '../scenario/schema/values.ts';
import { fileDiagnostic } from '../scenario/source/diagnostic.ts';
import { KNOWN_NAMES, resolveName } from './known.ts';
import { findProtocol } from './own-protocol.ts';

export interface Replay {
  readonly case: Case;
  /** The property that the run violates. */
  readonly property: string;
  readonly message: string;
  readonly protocol: string;
  readonly schedule: readonly string[];
}

/** Longer texts are no message, and no line of a schedule. */
const MAX_MESSAGE = 20_000;
const MAX_LINE = 1000;

const FILE = z.strictObject({
  version: z.literal(1),
  property: z
    .string()
    .regex(/^[a-z0-9-]{1,100}$/, 'a name in kebab-case')
    .transform((name) => resolveName('properties', name)),
  message: z.string().max(MAX_MESSAGE),
  protocol: z
    .string()
    .transform((name) => resolveName('protocols', name))
    .pipe(
      z.union(
        [z.enum(KNOWN_NAMES.protocols as [string, ...string[]]), protocolFile],
        'a protocol that this program has',
      ),
    ),
  // Its content is checked as a scenario is.
  scenario: z.unknown(),
  schedule: z
    .array(
      z
        .string()
        .max(MAX_LINE)
        .regex(/^.+$/, 'one line of text')
        .regex(REPEATS_WITHIN_LIMIT, 'a step that is done at most 9,999,999 times'),
    )
    .max(MAX_SCHEDULE),
});

/** The text of a replay file for a verdict; undefined when its record has no schedule in words, or it found nothing. */
export function replayText(verdict: Verdict): string | undefined {
  const violation = verdict.violations[0] ?? verdict.known[0];
  const schedule = verdict.record?.schedule;
  if (!violation || !verdict.case || !schedule || schedule.length === 0) return undefined;
  // What could not be read back is not written.
  if (schedule.length > MAX_SCHEDULE || verdict.case.tasks.length > MAX_WRITTEN_TASKS) return undefined;
  // A replay file stands for itself: it does not need the file of known defects.
  const { defects: _, ...expect } = verdict.case.expect;
  const text = writeReplay({
    property: violation.property,
    message: violation.message.slice(0, MAX_MESSAGE),
    protocol: verdict.protocol,
    case: { ...verdict.case, title: verdict.title, expect },
    schedule,
  });
  return text.length > MAX_REPLAY_BYTES ? undefined : text;
}

/** Reads a replay file; `names`: those that its scenario may use. A text that says what is wrong with it, with file, line and column. Never throws. */
export function parseReplay(text: string, file: string, names: KnownNames = KNOWN_NAMES): Replay | string {
  if (text.length > MAX_REPLAY_BYTES)
    return formatDiagnostic(fileDiagnostic(file, `the file has more than ${MAX_REPLAY_BYTES} bytes`));
  const limits = { tokens: MAX_REPLAY_TOKENS, values: MAX_REPLAY_VALUES };
  // The file of a protocol is named from the working folder, as on the command line.
  const known = { ...names, ownProtocol: (protocol: string) => findProtocol(protocol) };
  const { found, diagnostics } = parseEnclosed(text, file, { schema: FILE, limits, known });
  if (!found) return diagnostics.map((one) => formatDiagnostic(one)).join('\n');
  const { property, message, protocol, schedule } = found.data;
  const own = isProtocolFile(protocol) ? findProtocol(protocol) : undefined;
  if (own && 'message' in own) return formatDiagnostic(fileDiagnostic(file, own.message, own.hint));
  return { case: found.case, property, message, protocol, schedule };
}

/** Bytes of a title in a file name; with what follows it stays below the 255 that file systems allow. */
const MAX_TITLE_BYTES = 80;

/**
 * The file name of a verdict's replay: its title as far as it fits, for people, and a hash that distinguishes it from any other
 * finding (case id, backend, protocol, property). The same finding has the same name in every run.
 */
export function replayName({ id, title, backend, project, protocol, violations, known }: Verdict): string {
  const property = (violations[0] ?? known[0])?.property ?? 'run';
  const hash = createHash('sha256')
    .update(JSON.stringify([id, backend, protocol, property, ...(project === undefined ? [] : [project])]))
    .digest('hex')
    .slice(0, 8);
  const short = isProtocolFile(protocol) ? path.parse(protocol).name : protocol;
  return `${titleForFile(title)}.${titleForFile(short)}.${property}.${hash}.replay.yaml`;
}

/** Letters and digits of any script, and `-` between them. */
function titleForFile(title: string): string {
  let short = '';
  let bytes = 0;
  for (const character of title
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+/, '')) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_TITLE_BYTES) break;
    short += character;
  }
  return short.replace(/-+$/, '') || 'finding';
}
