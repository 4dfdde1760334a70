/** A record: the calls of CRIU, or played: the scrubber, the tree and the context as they were, the points that each lane has reached, the chart, the log. */
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Case } from '../../src/model/case.ts';
import type { RunRecord } from '../../src/record/record.ts';
import type { Ending, Violation } from '../../src/record/verdict.ts';
import { Playback } from '../shared/playback.ts';
import { count } from '../words/numbers.ts';
import { Board } from './board.tsx';
import { ChartView } from './chart-view.tsx';
import { ContextView } from './context-view.tsx';
import { CriuView } from './criu-view.tsx';
import type { ReportIndex } from './format.ts';
import { LogView } from './log-view.tsx';
import { ChoicesView } from './play/choices-view.tsx';
import { GraphView } from './play/graph-view.tsx';
import type { Branch } from './play/player.ts';
import { isPlayable, usePlay } from './play/use-play.ts';
import { Scrubber } from './scrubber.tsx';
import { TreeView } from './tree-view.tsx';

/** A request to show a step; a new object each time. */
export interface Jump {
  readonly step: number;
}

/** A request to show a run with this outcome; a new object each time. */
export interface Wanted {
  readonly ending: Ending;
}

interface Props {
  readonly index: ReportIndex;
  readonly record: RunRecord;
  readonly c: Case | undefined;
  readonly violations: readonly Violation[];
  readonly heading: string;
  /** How many frames are played; undefined: up to the violation. */
  readonly played: number | undefined;
  readonly onSeek: ((played: number) => void) | undefined;
  /** Whether the arrow keys move it. */
  readonly keys: boolean;
  /** Whether its tree is smaller than that of the scenario. */
  readonly shrunk: boolean;
  /** A step that another view asks for. */
  readonly jump: Jump | undefined;
  /** An outcome of which another view asks for a run. */
  readonly wanted: Wanted | undefined;
}

export function RecordView({
  index,
  record: recorded,
  c,
  violations,
  heading,
  played,
  onSeek,
  keys,
  shrunk,
  jump,
  wanted,
}: Props) {
  const { play, begin } = usePlay(index, recorded, c);
  const playing = play instanceof Error ? undefined : play;
  const branch = playing?.branch;
  const record = branch?.record ?? recorded;
  const playback = useMemo(() => new Playback(record, branch?.violations ?? violations), [record, branch, violations]);
  const [own, setOwn] = useState<number>();
  // A dump and a restore are shown call by call, not step by step.
  const asked = record.criu ? Number.POSITIVE_INFINITY : (played ?? own ?? playback.focus);
  const at = Math.min(Math.max(0, asked), playback.frames.length);
  // The current frame, also before it is drawn: the next key continues from there.
  const place = useRef(at);
  place.current = at;
  const seek = useCallback(
    (to: number) => {
      place.current = Math.min(Math.max(0, to), playback.frames.length);
      setOwn(place.current);
      onSeek?.(place.current);
    },
    [playback, onSeek],
  );
  const move = useCallback((by: number) => seek(place.current + by), [seek]);
  // Before the page is drawn, so that a click never shows the step of before it.
  useLayoutEffect(() => {
    if (!jump) return;
    const found = playback.frames.findIndex((frame) => frame.step >= jump.step);
    seek(found === -1 ? playback.frames.length : found + 1);
  }, [jump]);
  const [notFound, setNotFound] = useState(false);
  useEffect(() => {
    if (wanted) begin();
  }, [wanted]);
  useEffect(() => {
    if (!wanted || !playing) return;
    const found = playing.player.findEnding(wanted.ending);
    setNotFound(!found);
    if (found) playing.show(found);
  }, [wanted, playing?.player]);
  // A branch is shown as far as it was played.
  useLayoutEffect(() => {
    if (branch) seek(playback.frames.length);
  }, [branch]);
  const snapshot = useMemo(() => playback.at(at), [playback, at]);
  const before = useMemo(() => playback.at(Math.max(0, at - 1)), [playback, at]);
  const frame = at > 0 ? playback.frames[at - 1] : undefined;
  const all = (branch ?? playing?.recorded)?.moves;
  // The last step of a branch may be one without an event.
  const isAll = at === playback.frames.length;
  const moves = useMemo(() => (isAll ? all : all?.slice(0, frame?.step ?? 0)), [isAll, all, frame]);
  return (
    <section class="record" data-backend={record.backend}>
      <h3>
        {branch ? 'Your branch' : heading} <EndWords record={record} steps={branch?.moves.length} />
        {shrunk && <small>the smallest case that shows it: smaller than the scenario</small>}
      </h3>
      {record.criu && <CriuView criu={record.criu} />}
      {!record.criu && <Scrubber playback={playback} at={at} onSeek={seek} onMove={move} keys={keys} />}
      {!play && keys && isPlayable(index, recorded, c) && (
        <button type="button" class="begin" onClick={begin}>
          play on from here
        </button>
      )}
      {notFound && <p class="muted">A search of bounded size met no run with that outcome.</p>}
      {play instanceof Error && <p class="bad">{play.message}</p>}
      {playing && moves && (
        <>
          <ChoicesView play={playing} moves={moves} onPlay={playing.show} onBack={() => playing.show(undefined)} />
          {branch && <BranchVerdict branch={branch} />}
          <GraphView play={playing} moves={moves} onPlay={playing.show} />
        </>
      )}
      <div class="state">
        <TreeView
          c={c}
          playback={playback}
          snapshot={snapshot}
          frame={record.criu ? undefined : frame}
          ended={at === playback.frames.length && !(branch && record.end === 'cut')}
        />
        {!record.criu && <ContextView now={snapshot} before={before} c={c} />}
      </div>
      {!record.criu && (
        <>
          <Board playback={playback} snapshot={snapshot} frame={frame} />
          <ChartView playback={playback} at={at} onSeek={seek} />
          <LogView playback={playback} at={at} violations={violations} onSeek={seek} />
        </>
      )}
    </section>
  );
}

/** Whether the branch violates anything so far. */
function BranchVerdict({ branch }: { readonly branch: Branch }) {
  const { violations, record } = branch;
  if (violations.length === 0) {
    return <p class="good">{record.end === 'over' ? '✓ this run violates nothing' : '✓ nothing is violated so far'}</p>;
  }
  return (
    <ul class="branch-verdict">
      {violations.map(({ property, message }) => (
        <li key={`${property} ${message}`} class="bad">
          ✗ <b class="property">{property}</b> {message}
        </li>
      ))}
    </ul>
  );
}

/** `steps`: of a branch, which may not be over. */
function EndWords({ record, steps }: { readonly record: RunRecord; readonly steps: number | undefined }) {
  if (record.criu) return null;
  if (steps !== undefined)
    return (
      <small>
        {count(steps, 'step')}
        {record.end === 'cut' ? ' so far' : ''}
      </small>
    );
  if (record.end === 'over') return <small>{record.events.at(-1)?.step ?? 0} steps</small>;
  return (
    <small class="bad">{record.end === 'crashed' ? 'stopped by a kernel defect' : 'cut at the limit of steps'}</small>
  );
}
