/** What really can't be in a tree: words that contradict each other, and references that lead nowhere. */
import { findGoneMaker } from '../../model/case.ts';
import { type Complain, unknown } from '../complain.ts';
import { type Draft, listAbove, type TaskWords } from './draft.ts';

/** Complains about words of one task that can't both be true. */
export function checkWords(draft: Draft, complain: Complain): void {
  const { words, spot } = draft;
  const refuse = (word: keyof TaskWords, message: string, hint?: string) =>
    complain({ path: draft.findPath(word), part: 'key', message, hint });

  if (words.sibling && spot.creator === undefined)
    refuse('sibling', 'the root cannot be a sibling: no task of the tree made it');
  if (words.absent && words.exits)
    refuse('exits', 'a task that exits is not absent', 'absent: stays, but never calls restart');
  if (words.ghost && words.threads) refuse('threads', 'a ghost has no threads');
  if (words.ghost && words.state === 'zombie')
    refuse('state', 'a ghost is not in the image, so the image cannot say that it was a zombie');
  if (words.orphan && spot.creator === undefined)
    refuse('orphan', 'the root has no parent in the tree that could adopt it');
  if (words.orphan && words.sibling)
    refuse('orphan', 'a sibling is the child of its maker’s parent from the start: nothing of it is adopted');
  if (words.entered && spot.creator === undefined)
    refuse('entered', 'the root is the init of the namespace that others enter');
  if (words.entered && (words.orphan || words.sibling)) refuse('entered', 'what enters from outside was made outside');
  if (words.entered && words.state === 'zombie')
    refuse('state', 'a zombie that entered is reaped by its parent outside, or by init there');
  if (words.entered && draft.session !== draft.pid)
    refuse('session', 'what enters from outside leads a session of its own', `session: ${draft.pid}, or nothing`);
  if (spot.kind === 'late' && (words.orphan || words.entered))
    refuse(words.orphan ? 'orphan' : 'entered', 'a task that is forked late is made by a task of the tree');
  if (words.state !== 'dead') return;
  if (spot.kind === 'late') refuse('state', 'a task that is forked late cannot have exited before restart is called');
  if (words.children) refuse('children', 'a dead task has no children: they were reparented to init when it exited');
  if (words.threads) refuse('threads', 'a dead task has no threads: they exited with it');
  if (words.forks) refuse('forks', 'a dead task forks no more');
  if (words.absent) refuse('absent', 'a dead task never calls restart anyway');
  if (words.exits) refuse('exits', 'a dead task has exited already');
  if (words['restarting-itself']) refuse('restarting-itself', 'a dead task restarts nothing');
}

/** Reports references between tasks that name no task, or one that is not possible there. */
export function checkReferences(drafts: ReadonlyMap<number, Draft>, complain: Complain): void {
  const pids = () => [...drafts.keys()].map(String);
  for (const draft of drafts.values()) {
    const tracer = draft.words['traced-by'];
    if (typeof tracer === 'number') checkTracer(draft, tracer);
    if (draft.words.session !== undefined) checkSession(draft);
    if (draft.words.pgid !== undefined) checkGroup(draft);
  }

  function checkTracer(draft: Draft, pid: number): void {
    const path = draft.findPath('traced-by');
    const tracer = drafts.get(pid);
    if (tracer === undefined) complain(unknown(path, 'task', String(pid), () => ['outsider', ...pids()]));
    else if (tracer.leader === draft.leader) complain({ path, message: 'a task cannot trace its own thread group' });
    else if (tracer.words.state === 'dead') complain({ path, message: `task ${pid} is dead, and traces no task` });
    else if (tracer.spot.kind === 'late')
      complain({ path, message: `task ${pid} is forked later: it traces no task when restart is called` });
  }

  function checkSession(draft: Draft): void {
    const path = draft.findPath('session');
    if (draft.session === draft.pid) return;
    // A session is inherited by fork, and setsid leaves it irrevocably: a task is in its own session, or in that of an ancestor.
    const above = [...listAbove(draft.creator)].map(({ session }) => session);
    if (above.includes(draft.session) || isLeftBy(draft, draft.session)) return;
    complain({
      path,
      message: `task ${draft.pid} cannot be in session ${draft.session}`,
      expected: `its own pid, or a session of a task above it (${[...new Set(above)].join(', ')})`,
      hint: draft.words.orphan
        ? 'that of a process that has exited: a pid that no task has; its orphans have one parent'
        : 'a session whose leader has exited is that of an orphan: orphan: true',
    });
  }

  function checkGroup(draft: Draft): void {
    const path = draft.findPath('pgid');
    if (draft.pgid === draft.pid) return;
    if (draft.session === draft.pid) {
      complain({ path, message: 'the leader of a session leads its own process group', expected: String(draft.pid) });
      return;
    }
    const inherited = [...listAbove(draft.creator)].some(
      ({ pgid, session }) => pgid === draft.pgid && session === draft.session,
    );
    if (inherited) return;
    const leader = drafts.get(draft.pgid);
    if (leader === undefined && isLeftBy(draft, draft.pgid)) return;
    if (leader === undefined) {
      complain(unknown(path, 'task', String(draft.pgid), pids));
    } else if (leader.leader !== leader || leader.session !== draft.session) {
      complain({
        path,
        message: `task ${draft.pid} cannot be in process group ${draft.pgid}`,
        expected: `a process of its own session, ${draft.session}`,
      });
    }
  }

  /** Whether the process that made this orphan and has exited can have had this pid; it made no orphan of another parent. */
  function isLeftBy(draft: Draft, pid: number): boolean {
    if (!draft.words.orphan || findGoneMaker(draft, (task) => drafts.has(task)) !== pid) return false;
    return [...drafts.values()].every(
      (other) => !other.words.orphan || other.parent === draft.parent || ![other.session, other.pgid].includes(pid),
    );
  }
}
