/** The timeline drawn: time to the right, a lane for each actor, waits hatched, arrows between lanes, violations as bands. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TaskId } from '../../src/model/case.ts';
import type { Playback } from '../shared/playback.ts';
import { buildChart, type Chart, isSync, type LaneSpan, NOTES } from './chart.ts';
import { ArrowSign, BAR, FRAME, Legend, Patterns } from './chart-signs.tsx';

interface Props {
  readonly playback: Playback;
  readonly at: number;
  readonly onSeek: (played: number) => void;
}

/** Pixels: a lane's height, the band above the lanes. */
const LANE = 40;
const TOP = 74;
/** Frames drawn beyond the edges of what is in sight. */
const MARGIN = 20;
/** Where faults come from, in the band above the lanes. */
const FAULTS = 40;
const LANES_AT_MOST = 40;
/** Approximate width of a letter of a label, in pixels. */
const LETTER = 6.4;

export function ChartView({ playback, at, onSeek }: Props) {
  const chart = useMemo(() => buildChart(playback), [playback]);
  const lanes = useMemo(() => lanesShown(playback, chart), [playback, chart]);
  const bands = useMemo(() => findBands(playback), [playback]);
  const box = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ from: 0, to: 80, left: 0 });
  const look = () => {
    const { current } = box;
    if (!current) return;
    setSight({
      from: Math.floor(current.scrollLeft / FRAME) - MARGIN,
      to: Math.ceil((current.scrollLeft + current.clientWidth) / FRAME) + MARGIN,
      left: current.scrollLeft,
    });
  };
  useEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const follow = () => {
      const x = at * FRAME;
      if (x < current.scrollLeft + 2 * FRAME || x > current.scrollLeft + current.clientWidth - 3 * FRAME) {
        current.scrollLeft = x - current.clientWidth / 2;
      }
      look();
    };
    follow();
    // The room changes with the window, and when a run on another backend is put beside this one.
    const observer = new ResizeObserver(follow);
    observer.observe(current);
    return () => observer.disconnect();
  }, [at, playback]);
  const { frames } = playback;
  const width = Math.max(1, frames.length) * FRAME + 220;
  const height = TOP + lanes.length * LANE + 8;
  const y = (id: TaskId): number | undefined => {
    const lane = lanes.indexOf(id);
    return lane === -1 ? undefined : TOP + lane * LANE + LANE / 2;
  };
  const inSight = (frame: number): boolean => frame >= sight.from && frame <= sight.to;
  const seekAt = (event: MouseEvent) => {
    const left = box.current!.getBoundingClientRect().left;
    onSeek(Math.floor((event.clientX - left + box.current!.scrollLeft) / FRAME) + 1);
  };
  return (
    <section class="chart">
      <h4>Timeline</h4>
      <div class="frame">
        <div class="names" style={{ paddingTop: `${TOP}px` }}>
          {lanes.map((id) => (
            <div key={id} style={{ height: `${LANE}px` }}>
              {id}
            </div>
          ))}
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <div class="scroll" ref={box} onScroll={look} tabIndex={0}>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys and the slider step; this is a shortcut for the mouse */}
          <svg
            role="img"
            aria-label="timeline; the steps are listed below in words"
            width={width}
            height={height}
            onClick={seekAt}
          >
            <Patterns />
            {bands
              .filter((band) => inSight(band.frame))
              .map((band) => (
                <g key={band.frame} class="violation">
                  <title>{band.words}</title>
                  <rect x={band.frame * FRAME} y={0} width={band.width} height={height} />
                  {band.row !== undefined && (
                    <text x={band.frame * FRAME + band.width + 3} y={12 + band.row * 14}>
                      {band.words}
                    </text>
                  )}
                </g>
              ))}
            {at > 0 && <rect class="cursor" x={(at - 1) * FRAME} y={32} width={FRAME} height={height - 32} />}
            <Ruler playback={playback} inSight={inSight} />
            {lanes.map((id) => (
              <Lane key={id} spans={chart.spans.get(id) ?? []} y={y(id)!} sight={sight} played={at} />
            ))}
            {chart.arrows
              .filter((arrow) => inSight(arrow.frame))
              .map((arrow, i) => (
                <ArrowSign
                  key={i}
                  arrow={arrow}
                  from={arrow.from === 'environment' ? FAULTS : y(arrow.from)}
                  to={y(arrow.to)}
                />
              ))}
            {chart.notes
              .filter((note) => inSight(note.frame) && y(note.id) !== undefined)
              .map((note, i) => (
                <text
                  key={i}
                  class={`note ${note.kind}`}
                  x={note.frame * FRAME + FRAME / 2}
                  y={y(note.id)! + 5}
                  text-anchor="middle"
                >
                  {NOTES[note.kind]}
                </text>
              ))}
          </svg>
        </div>
      </div>
      {lanes.length < playback.lanes.length && (
        <p class="muted">… {playback.lanes.length - lanes.length} more lanes, which take less part in it</p>
      )}
      <Legend />
    </section>
  );
}

/** Where violations show; `row`: in which row their label has room, if in any. */
interface Band {
  readonly frame: number;
  readonly width: number;
  readonly words: string;
  readonly row: number | undefined;
}

function findBands({ frames, atEnd }: Playback): Band[] {
  const places = frames.map((frame, i) => ({ frame: i, width: FRAME, names: frame.violations.map((v) => v.property) }));
  places.push({ frame: frames.length, width: 6, names: atEnd.map((v) => v.property) });
  /** Where each row's last label ends. */
  const ends = [0, 0];
  return places
    .filter(({ names }) => names.length > 0)
    .map(({ frame, width, names }) => {
      const more = names.length > 1 ? ` +${names.length - 1}` : '';
      const words = `◀ ${names[0]}${more}${frame === frames.length ? ', at the end' : ''}`;
      const x = frame * FRAME + width;
      const row = ends.findIndex((end) => end <= x);
      if (row !== -1) ends[row] = x + words.length * LETTER + 14;
      return { frame, width, words, row: row === -1 ? undefined : row };
    });
}

/** All lanes, or where there are too many those with most arrows. */
function lanesShown(playback: Playback, chart: Chart): readonly TaskId[] {
  if (playback.lanes.length <= LANES_AT_MOST) return playback.lanes;
  const part = new Map<TaskId, number>();
  for (const { id } of chart.notes) part.set(id, (part.get(id) ?? 0) + 1);
  for (const { frames } of [playback]) {
    for (const frame of frames)
      if (frame.violations.length > 0)
        for (const event of frame.events) if (event.actor !== 'environment') part.set(event.actor, 1e6);
  }
  const most = new Set(
    [...playback.lanes].sort((a, b) => (part.get(b) ?? 0) - (part.get(a) ?? 0)).slice(0, LANES_AT_MOST),
  );
  most.add('coordinator');
  return playback.lanes.filter((id) => most.has(id));
}

function Ruler({ playback, inSight }: { readonly playback: Playback; readonly inSight: (frame: number) => boolean }) {
  return (
    <g class="ruler">
      {playback.frames.map((frame, i) =>
        inSight(i) && i % 4 === 0 ? (
          <text key={frame.step} x={i * FRAME + FRAME / 2} y={64} text-anchor="middle">
            {frame.step}
          </text>
        ) : null,
      )}
    </g>
  );
}

interface LaneProps {
  readonly spans: readonly LaneSpan[];
  readonly y: number;
  readonly sight: { readonly from: number; readonly to: number; readonly left: number };
  readonly played: number;
}

function Lane({ spans, y, sight, played }: LaneProps) {
  const seen = spans.filter((s) => s.to >= sight.from && s.from <= sight.to);
  const labels = pointRuns(seen).filter(({ from, to, point }) => (to - from) * FRAME >= point.length * LETTER + 6);
  /** At the start of the bar, or where what is in sight of it starts. */
  const labelAt = (from: number, to: number, point: string) =>
    Math.max(from * FRAME + 4, Math.min(sight.left + 4, to * FRAME - point.length * LETTER - 4));
  return (
    <g class="lane">
      {seen.map((s) => (
        <SpanBar key={s.from} span={s} y={y} ahead={s.from >= played} />
      ))}
      {labels.map(({ from, to, point }) => (
        <text
          key={from}
          class={isSync(point) ? 'point sync' : 'point'}
          x={labelAt(from, to, point)}
          y={y - BAR / 2 - 3}
        >
          {point}
        </text>
      ))}
    </g>
  );
}

function SpanBar({ span, y, ahead }: { readonly span: LaneSpan; readonly y: number; readonly ahead: boolean }) {
  const { from, to, doing, point } = span;
  const x = from * FRAME;
  const width = (to - from) * FRAME;
  const faded = ahead ? 'ahead' : '';
  if (doing === 'unborn') return null;
  if (doing === 'outside' || doing === 'resumed' || doing === 'returned')
    return <line class={`thin ${doing} ${faded}`} x1={x} x2={x + width} y1={y} y2={y} />;
  const sync = point !== undefined && isSync(point) ? 'sync' : '';
  return (
    <g class={`bar ${doing} ${sync} ${faded}`}>
      <title>{`${doing}${point === undefined ? '' : ` at ${point}`}`}</title>
      <rect x={x + 1} y={y - BAR / 2} width={Math.max(1, width - 2)} height={BAR} rx={3} />
      {doing === 'sleeps' && (
        <rect class="hatch" x={x + 1} y={y - BAR / 2} width={Math.max(1, width - 2)} height={BAR} rx={3} />
      )}
    </g>
  );
}

/** Neighbouring spans at one point, as one. */
function pointRuns(spans: readonly LaneSpan[]): { from: number; to: number; point: NonNullable<LaneSpan['point']> }[] {
  const runs: { from: number; to: number; point: NonNullable<LaneSpan['point']> }[] = [];
  for (const { from, to, point, doing } of spans) {
    if (point === undefined || doing === 'resumed') continue;
    const last = runs.at(-1);
    if (last && last.point === point && last.to === from) last.to = to;
    else runs.push({ from, to, point });
  }
  return runs;
}
