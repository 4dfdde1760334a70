/**
 * A checkpoint in two phases. The coordinator asks every task for its image, and each votes: yes when its image is written, no when
 * that failed. When all say yes the checkpoint is committed; the first no aborts it, and every image is thrown away.
 *
 * It has one race: `npx mktrouble run docs/examples/protocol` finds it.
 */
import {
  attempt,
  count,
  defineProtocol,
  errno,
  load,
  peek,
  perProcess,
  type Steps,
  shared,
  stage,
  store,
  tasks,
  wait,
} from 'mktrouble/protocol';

const RUNNING = 0;
const ASKED = 1;
const COMMITTED = 2;
const ABORTED = 3;

const YES = 1;
const NO = 2;

const state = shared({ phase: RUNNING });
const own = perProcess({ vote: 0, image: 0, notice: 0 });

function votes(vote: number): number {
  let n = 0;
  for (const p of tasks()) if (peek(own.vote(p)) === vote) n++;
  return n;
}

function* commit(): Steps<number> {
  yield* store(state.phase, COMMITTED, 'commits');
  for (const p of tasks()) yield* store(own.notice(p), COMMITTED);
  return 0;
}

function* abort(): Steps<number> {
  // A task that has voted waits for a notice; one that votes from now on looks at the phase itself.
  for (const p of tasks()) {
    if ((yield* load(own.vote(p))) === YES) yield* store(own.notice(p), ABORTED);
  }
  yield* store(state.phase, ABORTED, 'aborts');
  return -errno('EIO');
}

function* coordinator(): Steps<number> {
  stage('ask');
  yield* store(state.phase, ASKED, 'asks for images');
  stage('collect');
  yield* wait(() => votes(YES) === count() || votes(NO) > 0);
  stage('decide');
  if (votes(NO) === 0) return yield* commit();
  return yield* abort();
}

function* task(): Steps<number> {
  yield* wait(() => peek(state.phase) !== RUNNING);
  stage('write');
  const failed = yield* attempt('write-image');
  if (failed !== 0) {
    yield* store(own.vote(), NO, 'votes no');
    return failed;
  }
  yield* store(own.image(), 1, 'has its image');
  yield* store(own.vote(), YES, 'votes yes');
  stage('await-decision');
  let decision = yield* load(state.phase);
  if (decision === ASKED) {
    yield* wait(() => peek(own.notice()) !== 0);
    decision = yield* load(own.notice());
  }
  if (decision === ABORTED) yield* store(own.image(), 0, 'throws its image away');
  return 0;
}

function allOrNothing(): boolean {
  let images = 0;
  for (const p of tasks()) images += peek(own.image(p));
  return peek(state.phase) === COMMITTED ? images === count() : images === 0;
}

export default defineProtocol({
  version: 1,
  name: 'two-phase',
  coordinator,
  task,
  properties: {
    'all-or-nothing': {
      holds: 'at-end',
      statement: 'After a commit every task has its image; after an abort none has.',
      check: allOrNothing,
    },
  },
});
