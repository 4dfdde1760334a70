/**
 * Where a violation of a dump or a restore by CRIU shows: the call, and the source file of CRIU that its last error is of. How
 * the call ended, what changed of the tree, and what had been done to it distinguish defects of one file. Of an error only the
 * file counts, for messages have pids in them; of an assertion (BUG) too, for its line differs between versions of CRIU.
 */
import type { Case } from '../model/case.ts';
import { type CriuCall, callOfStage } from '../model/criu.ts';
import { whatDumpLeaves } from '../model/criu-options.ts';
import { SERVER_WORDS } from '../model/criu-servers.ts';
import { signalName } from '../model/signals.ts';
import type { CriuCensus, CriuRecord, CriuRun } from '../record/criu.ts';
import type { Violation } from '../record/verdict.ts';
import { kindsOfDifferences, missing } from './criu-census.ts';
import { comparable, falloutSince, listRuns, succeeded } from './criu-runs.ts';
import { whyAnswerIsWrong } from './rules/criu/answer-agrees-with-result.ts';
import { heldTasks } from './rules/criu/restored-program-runs.ts';
import { whyServerIsWrong } from './rules/criu/server-ends-with-call.ts';
import { isSystemCall, listCauses, nameRival } from './signature-criu-causes.ts';
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
    case 'kept-tree-is-unchanged':
      return locateKept(c, criu);
    case 'dumped-tree-is-gone':
      return { place: formatPlace(criu.dump), shape: joined([nameEnd(criu.dump), ...listCauses(c, criu, 'dump')]) };
    case 'dumped-tree-can-be-restored':
      return locateUnrestorable(c, criu);
    case 'failed-restore-reports-error':
      return { place: 'restore', shape: joined([...nameMissing(c, criu), ...listAllCauses(c, criu)]) };
    case 'restored-program-runs':
      return { place: 'restore', shape: joined([...nameEndOfProgram(c, criu), ...listAllCauses(c, criu)]) };
    case 'failed-dump-leaves-nothing-behind':
      return { place: 'dump', shape: joined([nameEnd(criu.dump), ...listThings(criu, 'dump')]) };
    case 'failed-restore-leaves-nothing-behind':
    case 'restore-leaves-nothing-behind':
      return { place: 'restore', shape: joined([nameEnd(criu.restore!), ...listThings(criu, 'restore')]) };
    case 'one-of-several-restores-succeeds':
      return locateParallel(criu);
    case 'second-criu-does-no-harm':
      return locateRival(criu);
    case 'no-second-live-copy':
      if (criu.rival) return locateRival(criu);
      return criu.rivals ? locateParallel(criu) : locateOther(c, criu);
    case 'answer-agrees-with-result':
      return locateAnswer(criu);
    case 'server-ends-with-call':
      return locateServer(criu);
    case 'check-succeeds':
      return { place: 'restore', shape: joined([...nameEndOfCheck(criu), ...listAllCauses(c, criu)]) };
    default:
      return locateOther(c, criu);
  }
}

/** A check says what it has found in the last line that it writes; without one by its status, where 1 is what many programs exit with for any reason. */
function nameEndOfCheck({ check }: CriuRecord): string[] {
  if (check?.timedOut !== undefined) return ['the check does not end'];
  const words = withoutValues(lastLine(check?.output.stderr) ?? lastLine(check?.output.stdout) ?? '');
  if (words !== '') return [`the check fails: ${words}`];
  return [`the check fails${(check?.exit ?? 1) === 1 ? '' : ` with ${check!.exit}`}`];
}

function lastLine(text = ''): string | undefined {
  return text.trimEnd().split('\n').at(-1) || undefined;
}

/**
 * An assertion is the file that it is in; the message of the violation has its line. A crash without one is distinguished by the
 * process that dies, and by what CRIU was given. A dump that logs an error and reports success is the cause of
 * what follows.
 */
function locateCrash(c: Case, criu: CriuRecord): Location {
  const run = listRuns(criu).find(hasCrashed) ?? criu.dump;
  const bug = run.errors
    .map((error) => /BUG at (?:criu\/)?(\S+):\d+/.exec(error)?.[1])
    .find((found) => found !== undefined);
  if (bug !== undefined) return { place: run.of, shape: `BUG at ${bug}` };
  // What the others log once a process has died follows from its death.
  const death = run.errors.findIndex((error) => DEATH.test(error));
  const before = death === -1 ? run : { ...run, errors: run.errors.slice(0, death) };
  const isPlaced = lastFile(before) !== undefined;
  const reasons = isPlaced ? [] : listReasons(c, criu, run);
  const isKnown = isPlaced || reasons.length > 0;
  return { place: formatPlace(before), shape: joined([nameDeath(run, isKnown), ...reasons]) };
}

/**
 * Which process died: `CRIU crashes`, `a restorer crashes`. Where nothing else is known, by which signal: one that has written past its
 * memory dies by SIGSEGV in one version, and by SIGABRT in another.
 */
function nameDeath({ of, exit, signal, errors }: CriuRun, isKnown: boolean): string {
  const [, number] = /killed by signal (\d+)/.exec(errors.find((error) => DEATH.test(error)) ?? '') ?? [];
  const isOwn = exit === undefined && signal !== undefined;
  const process = isOwn ? 'CRIU' : of === 'restore' ? 'a restorer' : 'a child of CRIU';
  return `${process} crashes${isKnown ? '' : ` by ${signalName(isOwn ? signal : Number(number))}`}`;
}

/** Why a call without an error in its log went wrong: what was done to it; else the dump that it depends on; else how far it came. */
function listReasons(c: Case, criu: CriuRecord, run: CriuRun): string[] {
  const causes = listCauses(c, criu, run.of);
  if (causes.length > 0) return causes;
  const before = run.of === 'restore' ? listFaultsOfDump(c, criu) : [];
  if (before.length > 0) return before;
  if (run.lastLine !== undefined) return [`after "${withoutValues(run.lastLine)}"`];
  return run.timedOut === undefined ? [] : listUnmade(criu, run);
}

/** Which tasks were not there when a restore did not end: what it has waited for. */
function listUnmade({ before }: CriuRecord, { of, waiting }: CriuRun): string[] {
  if (of !== 'restore' || !waiting) return [];
  const there = new Set(waiting.map(({ pid }) => pid));
  return before.tasks
    .filter(({ pid }) => !there.has(pid))
    .map(({ state }) => `a ${state === 'Z' ? 'zombie' : 'task'} is missing`);
}

/** What had gone wrong in a dump that reported success. */
function listFaultsOfDump(c: Case, criu: CriuRecord): string[] {
  const file = lastFile(criu.dump);
  const error = file === undefined ? [] : [`an error in ${file}`];
  return [...listCauses(c, criu, 'dump'), ...error].map((cause) => `dump: ${cause}`);
}

/** A line of a log without its time, and without pids, addresses, versions and paths. */
function withoutValues(line: string): string {
  return line
    .replace(/^\([\d.]+\)\s*/, '')
    .replace(/\S*[\d/]\S*/g, '#')
    .trim();
}

function hasCrashed({ exit, signal, timedOut, errors }: CriuRun): boolean {
  return (
    (exit === undefined && signal !== undefined && timedOut === undefined) || errors.some((error) => DEATH.test(error))
  );
}

function locateHang(c: Case, criu: CriuRecord): Location {
  const run = listRuns(criu).find(({ timedOut }) => timedOut !== undefined) ?? criu.dump;
  // An error that CRIU has logged is the cause, not the system call that made it.
  const shown =
    lastFile(run) === undefined
      ? listReasons(c, criu, run)
      : listCauses(c, criu, run.of).filter((cause) => !isSystemCall(cause));
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

/** Restores at one time: where none succeeds, the last error of the one that the case is about. */
function locateParallel({ restore, rivals = [] }: CriuRecord): Location {
  const successes = [restore, ...rivals].filter(succeeded).length;
  const shape = successes === 0 ? 'none of the restores at one time' : 'several restores at one time';
  return { place: successes === 0 && restore ? formatPlace(restore) : 'restore', shape };
}

/** A second CRIU: what it did when, and the last error of the first, when that failed. */
function locateRival(criu: CriuRecord): Location {
  const rival = criu.rival!;
  const first = callOfStage(rival.at) === 'dump' ? criu.dump : criu.restore!;
  const isTwice = first.of === rival.run.of && succeeded(first) && succeeded(rival.run);
  if (isTwice) return { place: first.of, shape: `several ${first.of}s at one time` };
  return { place: formatPlace(first), shape: joined([nameEnd(first), nameRival(rival)]) };
}

/** What is wrong with a server, and what happened to it. */
function locateServer(criu: CriuRecord): Location {
  const run = listRuns(criu).find((one) => whyServerIsWrong(one) !== undefined) ?? criu.dump;
  return { place: run.of, shape: joined([run.server?.end ? 'error' : 'stays', ...nameServerHit(run)]) };
}

/** What a dump, or a pre-dump, has changed of a tree that it had to leave; of one that is left stopped the states are its result. */
function locateKept(c: Case, criu: CriuRecord): Location {
  const left = c.criu && whatDumpLeaves(c.criu);
  const [changed] = (criu.preDumps ?? []).flatMap(({ before, run, after }) => {
    const kinds = kindsOfDifferences(before, after, new Set());
    return kinds.length > 0 ? [{ place: run.of, shape: joined([nameEnd(run), ...kinds]) }] : [];
  });
  const kinds = listChanges(criu, 'dump').filter((kind) => left !== 'stopped' || !kind.startsWith('state '));
  return changed ?? { place: criu.dump.of, shape: joined([nameEnd(criu.dump), ...kinds]) };
}

/** The first error says what the images lack; nothing was done to this restore that could. */
function locateUnrestorable(c: Case, criu: CriuRecord): Location {
  const first = criu.restore?.errors.find((error) => !NEWS.test(error)) ?? '';
  const file = fileOf(first);
  const text = withoutValues(first.replace(/^[^:]*:\d+: /, ''));
  return {
    place: file === undefined ? 'restore' : `restore, ${file}`,
    shape: joined(['error', ...(text === '' ? [] : [`"${text}"`]), ...listCauses(c, criu, 'dump')]),
  };
}

/** Which tasks a restore that reports success has lost. */
function nameMissing(c: Case, criu: CriuRecord): string[] {
  const after = comparable(criu, criu.restored, criu.afterRestore);
  if (!after || after.tasks.length === 0) return ['every task is missing'];
  const lost = new Set(missing(criu.before, after, falloutSince(criu, 'pre-dump')));
  const isEntered = criu.before.tasks.some(
    ({ pid, parent }) => lost.has(pid) && parent === 0 && pid !== c.tasks[0]?.pid,
  );
  return [isEntered ? 'a task that had entered the namespace is missing' : 'a task is missing'];
}

/** How a restored program that does not run has ended, or is held. */
function nameEndOfProgram({ tasks }: Case, { subject, before, afterRestore }: CriuRecord): string[] {
  const { end } = subject ?? {};
  if (end) return [end.signal === undefined ? 'the program exits' : `the program dies by ${signalName(end.signal)}`];
  const root = tasks[0]?.pid;
  if (!afterRestore?.tasks.some(({ pid }) => pid === root)) return ['the program is gone'];
  return [heldTasks(before, afterRestore as CriuCensus).length > 0 ? 'the program is held' : 'the program runs on'];
}

function listAllCauses(c: Case, criu: CriuRecord): string[] {
  return [...listFaultsOfDump(c, criu), ...listCauses(c, criu, 'restore')];
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

function fileOf(error: string): string | undefined {
  return /^([\w./-]+\.[ch]):\d+/.exec(error)?.[1];
}

function lastFile({ errors }: CriuRun): string | undefined {
  const last = errors.findLast((error) => !NEWS.test(error));
  return last === undefined ? undefined : fileOf(last);
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

/** Each once, in an order of their own. */
function joined(texts: readonly string[]): string {
  return [...new Set(texts)].sort().join(', ');
}
