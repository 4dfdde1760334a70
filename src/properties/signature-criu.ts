/**
 * Where a violation of a dump or a restore by CRIU shows: the call, and the source file of CRIU that its last error is of. How
 * the call ended, what changed of the tree, and what had been done to it distinguish defects of one file. Of an error only the
 * file counts, for messages have pids in them; of an assertion (BUG) too, for its line differs between versions of CRIU.
 */
import type { Case } from '../model/case.ts';
import {
  type CriuCall,
  callOfStage,
  type ImageChange,
  type ImageEdit,
  type MadeEdit,
  PSTREE_FIELDS,
} from '../model/criu.ts';
import type { RoundCall } from '../model/criu-rounds.ts';
import { SERVER_WORDS } from '../model/criu-servers.ts';
import { signalName } from '../model/signals.ts';
import type { CriuHit, CriuRecord, CriuRun } from '../record/criu.ts';
import type { Violation } from '../record/verdict.ts';
import { kindsOfDifferences } from './criu-census.ts';
import { comparable, falloutSince, listRuns, succeeded } from './criu-runs.ts';
import { whyAnswerIsWrong } from './rules/criu/answer-agrees-with-result.ts';
import { whyServerIsWrong } from './rules/criu/server-ends-with-call.ts';
import type { Location } from './signature-restart.ts';

export function locateInCriu(c: Case, record: CriuRecord, { property, round }: Violation): Location {
  const criu = (round === undefined ? undefined : record.earlier?.[round - 1]) ?? record;
  switch (property) {
    case 'criu-never-crashes':
      return locateCrash(c, criu);
    case 'criu-ends-in-time':
      return locateHang(c, criu);
    case 'restored-tree-matches-dump':
      return { place: 'restore', shape: joined([...listChanges(criu, 'restore'), ...nameServerHit(criu.restore)]) };
    case 'failed-dump-leaves-tree-running':
      return { place: formatPlace(criu.dump), shape: joined([nameEnd(criu.dump), ...listChanges(criu, 'dump')]) };
    case 'failed-dump-leaves-nothing-behind':
      return { place: 'dump', shape: joined([nameEnd(criu.dump), ...listThings(criu, 'dump')]) };
    case 'failed-restore-leaves-nothing-behind':
    case 'restore-leaves-nothing-behind':
      return { place: 'restore', shape: joined([nameEnd(criu.restore!), ...listThings(criu, 'restore')]) };
    case 'answer-agrees-with-result':
      return locateAnswer(criu);
    case 'server-ends-with-call':
      return locateServer(criu);
    default:
      return locateOther(c, criu);
  }
}

/** An assertion is the file that it is in; the message of the violation has its line. A crash without one is distinguished by what CRIU was given. */
function locateCrash(c: Case, criu: CriuRecord): Location {
  const run = listRuns(criu).find(hasCrashed) ?? criu.dump;
  const bug = run.errors
    .map((error) => /BUG at (?:criu\/)?(\S+):\d+/.exec(error)?.[1])
    .find((found) => found !== undefined);
  if (bug !== undefined) return { place: run.of, shape: `BUG at ${bug}` };
  const file = lastFile(run);
  return {
    place: formatPlace(run),
    shape: joined(['crash', ...(file === undefined ? listCauses(c, criu, run.of) : [])]),
  };
}

function hasCrashed({ exit, signal, timedOut, errors }: CriuRun): boolean {
  return (
    (exit === undefined && signal !== undefined && timedOut === undefined) || errors.some((error) => DEATH.test(error))
  );
}

function locateHang(c: Case, criu: CriuRecord): Location {
  const run = listRuns(criu).find(({ timedOut }) => timedOut !== undefined) ?? criu.dump;
  const causes = listCauses(c, criu, run.of);
  // An error that CRIU has logged is the cause, not the system call that made it.
  const shown = lastFile(run) === undefined ? causes : causes.filter((cause) => !cause.startsWith(SYSTEM_CALL));
  return { place: formatPlace(run), shape: joined(['hang', ...shown]) };
}

/** `kill of the lazy-pages daemon`. */
function nameServerHit(run: CriuRun | undefined): string[] {
  const { name, hit } = run?.server ?? {};
  return name && hit ? [`${hit} of the ${SERVER_WORDS[name]}`] : [];
}

/** Whether an answer is missing, has no reason, or has a wrong one: the errors themselves are of what was done to CRIU. */
function locateAnswer(criu: CriuRecord): Location {
  const run = listRuns(criu).find((one) => whyAnswerIsWrong(one) !== undefined) ?? criu.dump;
  const [answer] = run.responses ?? [];
  const isEmpty = answer?.errno === undefined && answer?.message === undefined;
  const isFalse = answer !== undefined && answer.success !== succeeded(run);
  return {
    place: run.of,
    shape: answer === undefined ? 'no answer' : isFalse ? 'wrong result' : isEmpty ? 'no reason' : 'wrong reason',
  };
}

/** What is wrong with a server, and what happened to it. */
function locateServer(criu: CriuRecord): Location {
  const run = listRuns(criu).find((one) => whyServerIsWrong(one) !== undefined) ?? criu.dump;
  return { place: run.of, shape: joined([run.server?.end ? 'error' : 'stays', ...nameServerHit(run)]) };
}

function locateOther(c: Case, criu: CriuRecord): Location {
  const run = listRuns(criu).find((one) => !succeeded(one)) ?? criu.dump;
  // What is done to CRIU before it is killed makes no difference.
  const causes = wasKilled(run) ? [] : listCauses(c, criu, run.of);
  return { place: formatPlace(run), shape: joined([nameEnd(run), ...causes]) };
}

/** `restore, files.c`: the call, and the file of its last error that is more than the news of a death or a failure. */
function formatPlace(run: CriuRun): string {
  const file = wasKilled(run) ? undefined : lastFile(run);
  return file === undefined ? run.of : `${run.of}, ${file}`;
}

const DEATH = /\bkilled by signal \d+|BUG at/;
/** Lines that follow from another one. */
const NEWS = /killed by signal \d+|exited, status=|(?:Restoring|Dumping) FAILED|Killing processes because of failure/;

function lastFile({ errors }: CriuRun): string | undefined {
  const last = errors.findLast((error) => !NEWS.test(error));
  return last === undefined ? undefined : /^([\w./-]+\.[ch]):\d+/.exec(last)?.[1];
}

/** Whether the scenario killed it; at its limit of time mktrouble does. */
function wasKilled({ signal, timedOut }: CriuRun): boolean {
  return timedOut === undefined && signal !== undefined && signalName(signal) === 'SIGKILL';
}

/** The signal that ended it counts only where the scenario sent it. */
function nameEnd(run: CriuRun): string {
  if (run.timedOut !== undefined) return 'hang';
  if (wasKilled(run)) return 'killed';
  if (run.exit === undefined) return 'crash';
  return run.exit === 0 ? 'success' : 'error';
}

/**
 * What differs between the tree before the dump and after this call: facts of tasks, without their pids and values. What CRIU has
 * left undone when it is killed depends on the moment, and is no other defect.
 */
function listChanges(criu: CriuRecord, of: CriuCall): string[] {
  if (of === 'dump' && wasKilled(criu.dump)) return [];
  const after = of === 'dump' ? criu.afterDump : comparable(criu, criu.restored, criu.afterRestore);
  return after ? kindsOfDifferences(criu.before, after, falloutSince(criu, 'pre-dump')) : [];
}

/** `packet filter rules added`: of what a call has changed around the tree, the kinds; the socket of a lazy-pages daemon, which every one leaves, is one of its own. */
function listThings({ surroundings }: CriuRecord, of: CriuCall): string[] {
  return (surroundings?.[of] ?? []).flatMap(({ kind, added, removed }) => [
    ...new Set(added.map((thing) => (thing.endsWith(LAZY_SOCKET) ? 'lazy-pages.socket added' : `${kind} added`))),
    ...(removed.length > 0 ? [`${kind} removed`] : []),
  ]);
}

const LAZY_SOCKET = '/lazy-pages.socket';
const SYSTEM_CALL = 'system call ';

/** What was done to this call, as far as it happened. */
function listCauses(c: Case, criu: CriuRecord, of: RoundCall): string[] {
  const run = listRuns(criu).find((one) => one.of === of);
  const changes = of === 'restore' ? (criu.edits ?? c.criu?.images ?? []) : [];
  return [
    ...criu.hits.filter(({ stage }) => callOfStage(stage) === of).map(nameHit),
    ...(run?.injected ?? []).map(({ call }) => `${SYSTEM_CALL}${call}`),
    ...changes.map(nameChange),
    ...(of === 'restore' && c.criu && c.criu.taken.length > 0 ? ['a pid is taken'] : []),
  ];
}

/** A stop needs no stage: a task that is held is held until the end. */
function nameHit({ verb, signal, to, stage }: CriuHit): string {
  const target = to === 'criu' ? 'CRIU' : 'a task';
  if (verb === 'trace') return `${target} is traced`;
  if (signal !== undefined && signalName(signal) === 'SIGSTOP') return `${target} is stopped`;
  return `${target} gets a signal at ${stage}`;
}

const PSTREE_NAMES = Object.fromEntries(Object.entries(PSTREE_FIELDS).map(([name, number]) => [number, name]));

/** `pstree pid`, `core 5`, `an image is incomplete`: the kind of image and the field, by its number in CRIU's definition. */
function nameChange(change: ImageChange | MadeEdit): string {
  if (['missing', 'truncate', 'drop'].includes(change.kind)) return 'an image is incomplete';
  if (change.kind === 'task') return `pstree ${Object.keys(change.set).sort().join(' ')}`;
  if (change.kind === 'mutate') return nameImage(change.target);
  if (change.kind === 'edit') return `the image editor ${change.editor}`;
  return change.kind === 'field' ? nameField(change) : nameImage(change.file);
}

function nameField({ file, path }: Extract<ImageEdit, { kind: 'field' }>): string {
  const image = nameImage(file);
  return image === 'pstree' ? `pstree ${PSTREE_NAMES[path[0]!] ?? path[0]}` : `${image} ${path.join('.')}`;
}

/** `core-100` is of the kind `core`. */
function nameImage(file: string): string {
  return file.replace(/\.img$/, '').replace(/-?\d+$/, '');
}

/** Each once, in an order of their own. */
function joined(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join(', ');
}
