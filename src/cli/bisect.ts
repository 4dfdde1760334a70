/**
 * `mktrouble bisect`: the commit of an engine from which on a case shows a finding. git bisects in a worktree of its own, so that the
 * checkout stays as it is; a commit that does not build is skipped.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { listEngineProperties } from '../../reporters/shared/engines.ts';
import { killAll } from '../backends/host/stopped.ts';
import { openBackend } from '../injector/backends.ts';
import { runCase } from '../injector/index.ts';
import type { Case } from '../model/case.ts';

const execute = promisify(execFile);

/** What the user can put right. */
export class CannotBisect extends Error {}

export interface BisectRequest {
  readonly case: Case;
  /** A folder in a git checkout of the engine. */
  readonly repository: string;
  readonly good: string;
  readonly bad: string;
  /** A command of the shell that builds the engine; undefined: nothing is built. */
  readonly build?: string;
  /** The program that the build makes, relative to the checkout. */
  readonly engine: string;
  /** Runs of each commit: a finding that any of them shows counts. */
  readonly runs: number;
  readonly allowCommands: boolean;
  readonly signal: AbortSignal;
  /** Called with each step, in words. */
  readonly say: (line: string) => void;
}

export interface Bisected {
  /** The first bad commit; several where the commits between could not be built. */
  readonly commits: readonly string[];
  /** Its subject and author, as git prints them. */
  readonly text: string;
}

type Look = 'good' | 'bad' | 'skip';

/** Rejects with CannotBisect when the ends are not what they are said to be, and for what git refuses. */
export async function bisect(request: BisectRequest): Promise<Bisected | undefined> {
  const { repository, good, bad, say, signal } = request;
  const [goodCommit, badCommit] = [await resolve(repository, good), await resolve(repository, bad)];
  const folder = await mkdtemp(path.join(tmpdir(), 'mktrouble-bisect-'));
  const tree = path.join(folder, 'checkout');
  try {
    await git(repository, 'worktree', 'add', '--detach', '--quiet', tree, badCommit);
    await expectEnd(request, tree, badCommit, 'bad');
    if (signal.aborted) return undefined;
    await expectEnd(request, tree, goodCommit, 'good');
    let answer = await git(tree, 'bisect', 'start', badCommit, goodCommit);
    while (!isOver(answer)) {
      if (signal.aborted) return undefined;
      const commit = await resolve(tree, 'HEAD');
      const look = await examine(request, tree);
      say(`${look.padEnd(4)} ${await describe(tree, commit)}`);
      answer = await git(tree, 'bisect', look);
    }
    const commits = await readCommits(tree, answer);
    return { commits, text: (await Promise.all(commits.map((commit) => describe(tree, commit)))).join('\n') };
  } finally {
    await git(repository, 'worktree', 'remove', '--force', tree).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
    await git(repository, 'worktree', 'prune').catch(() => undefined);
  }
}

async function expectEnd(request: BisectRequest, tree: string, commit: string, wanted: 'good' | 'bad'): Promise<void> {
  await git(tree, 'checkout', '--detach', '--quiet', commit);
  const look = await examine(request, tree);
  request.say(`${look.padEnd(4)} ${await describe(tree, commit)}`);
  if (request.signal.aborted || look === wanted) return;
  if (look === 'skip')
    throw new CannotBisect(`the ${wanted} commit ${request[wanted]} does not build, or its engine does not start`);
  throw new CannotBisect(
    wanted === 'bad'
      ? `${request.case.title} shows no finding at the bad commit ${request.bad}`
      : `${request.case.title} shows the finding at the good commit ${request.good}, too`,
  );
}

/** Builds what is checked out, and runs the case on it. */
async function examine(request: BisectRequest, tree: string): Promise<Look> {
  const { case: c, build, engine, runs, allowCommands, signal } = request;
  if (build !== undefined && !(await succeeds(build, tree, signal))) return 'skip';
  const program = path.join(tree, engine);
  const backend = c.runtime
    ? await openBackend('oci', { runtime: program, allowCommands })
    : await openBackend('criu', { criu: program, allowCommands });
  try {
    for (let run = 0; run < runs; run++) {
      const { status, violations, known } = await runCase(c, { backend, signal, seed: String(run) });
      if (status === 'skip' || status === 'error') return 'skip';
      if (listEngineProperties([...violations, ...known]).length > 0) return 'bad';
    }
    return 'good';
  } finally {
    await backend.dispose();
  }
}

/** What the build prints goes to standard error. It has a process group of its own, all of which ends when the signal is given. */
function succeeds(command: string, cwd: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn('sh', ['-c', command], { cwd, stdio: ['ignore', 2, 2], detached: true });
    const stop = () => {
      if (child.pid !== undefined) killAll([-child.pid]);
    };
    const end = (isDone: boolean) => {
      signal.removeEventListener('abort', stop);
      done(isDone);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    child.once('error', () => end(false));
    child.once('close', (code) => end(code === 0));
  });
}

function isOver(answer: string): boolean {
  return /is the first bad commit|only 'skip'ped commits left/.test(answer);
}

async function readCommits(tree: string, answer: string): Promise<readonly string[]> {
  const found = /^([0-9a-f]{40,}) is the first bad commit/m.exec(answer)?.[1];
  if (found !== undefined) return [found];
  const listed = answer.split('\n').filter((line) => /^[0-9a-f]{40,}$/.test(line));
  return listed.length > 0 ? listed : [await resolve(tree, 'refs/bisect/bad')];
}

async function resolve(folder: string, revision: string): Promise<string> {
  const text = await git(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`).catch(
    () => undefined,
  );
  if (text === undefined) throw new CannotBisect(`${folder} has no commit ${revision}`);
  return text.trim();
}

async function describe(folder: string, commit: string): Promise<string> {
  return (await git(folder, 'log', '-1', '--format=%h %s (%an, %as)', commit)).trim();
}

/** The output of git; that all commits left are skipped is an answer, too. */
async function git(folder: string, ...words: string[]): Promise<string> {
  try {
    return (await execute('git', ['-C', folder, '-c', 'advice.detachedHead=false', ...words], { maxBuffer: 1 << 24 }))
      .stdout;
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (code === 2 && isOver(stdout)) return stdout;
    throw new CannotBisect(`git ${words[0]}: ${stderr.trim().split('\n').at(-1) || String(error)}`);
  }
}
