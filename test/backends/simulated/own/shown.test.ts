/** What reports show of a protocol of one's own: its words and stages at each step, and which of its steps were reached. */
import assert from 'node:assert/strict';
import { Playback } from '../../../../reporters/shared/playback.ts';
import { contextFields, ownWords } from '../../../../reporters/words/context.ts';
import { doingWords } from '../../../../reporters/words/doing.ts';
import { randomChooser, walk } from '../../../../src/backends/walk.ts';
import { searchAll } from '../../../../src/explore/index.ts';
import { caseOf, open, protocol } from './support.ts';

const HAND_OVER = `
const state = shared({ turn: 1 });
const own = perProcess({ got: 0 });
function* coordinator(): Steps<number> {
  stage('a');
  yield* store(state.turn, 7);
  return 3;
}
function* task(): Steps<number> {
  stage('b');
  yield* wait(() => peek(state.turn) === 7);
  if (peek(state.turn) === 8) yield* work('never');
  yield* store(own.got(), 5);
  return 0;
}
export default defineProtocol({ version: 1, name: 'hand-over', coordinator, task });
`;

describe("a protocol of one's own in reports", () => {
  const own = protocol(HAND_OVER);
  const c = caseOf(1);
  const machine = open(own, c, { trace: true });
  const { end } = walk(
    machine,
    randomChooser(machine, () => 0, 20),
    100,
  );
  const record = machine.record('1', [], end);
  const playback = new Playback(record);

  it('has its shared words in place of the restart context, from their first values on', () => {
    assert.deepEqual(contextFields(playback.at(0), c), [['turn', '1']]);
    assert.deepEqual(contextFields(playback.at(playback.frames.length), c), [['turn', '7']]);
  });

  it('has the words of each process, and what it returned', () => {
    const words = (at: number) => [...playback.at(at).lanes].map(([id, lane]) => [id, ...ownWords(lane)]);
    assert.deepEqual(words(0), [
      ['coordinator', 'got 0'],
      [100, 'got 0'],
    ]);
    assert.deepEqual(words(playback.frames.length), [
      ['coordinator', 'got 0'],
      [100, 'got 5'],
    ]);
    assert.equal(doingWords(playback.at(playback.frames.length).lanes.get('coordinator')!), 'returned 3');
  });

  it('has its own stages', () => {
    assert.deepEqual(record.own?.stages, ['a', 'b']);
    assert.ok(
      playback
        .at(playback.frames.length)
        .lanes.get(100)!
        .arrivals.has('b' as never),
    );
  });

  it('says which of its steps and stages a search has reached, and which it has not', () => {
    const covered = open(own, c, { coverage: true });
    assert.equal(
      covered.coverage()!.steps.some(({ reached }) => reached),
      false,
    );
    searchAll(covered);
    const { points, steps, branches } = covered.coverage()!;
    assert.deepEqual(points, [
      { name: 'a', reached: true },
      { name: 'b', reached: true },
    ]);
    assert.deepEqual(
      steps.filter(({ reached }) => !reached).map(({ name }) => name),
      ['task: never'],
    );
    assert.ok(steps.some(({ name, reached }) => name.startsWith('coordinator: ') && reached));
    assert.deepEqual(
      branches.filter(({ to }) => to === 'task: never').map(({ reached }) => reached),
      [false],
    );
  });

  it('measures nothing that was not asked for', () => {
    assert.equal(open(own, c).coverage(), undefined);
  });
});
