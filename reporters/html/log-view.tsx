/** The timeline in words, one line a stretch; the one that holds the step shown is marked. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Violation } from '../../src/record/verdict.ts';
import type { Playback } from '../shared/playback.ts';
import { buildTimeline, type Stretch, tellingEvents } from '../shared/timeline.ts';
import { actorName } from '../words/events.ts';

interface Props {
  readonly playback: Playback;
  readonly at: number;
  readonly violations: readonly Violation[];
  readonly onSeek: (played: number) => void;
}

export function LogView({ playback, at, violations, onSeek }: Props) {
  const timeline = useMemo(() => buildTimeline(playback.record, { violations }), [playback, violations]);
  const stretches = useMemo(() => timeline.rows.filter((row): row is Stretch => row.kind === 'stretch'), [timeline]);
  const step = at === 0 ? 0 : playback.frames[at - 1]!.step;
  const now = stretches.findLastIndex((stretch) => stretch.first <= step);
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('.now');
    const list = box.current;
    if (!line || !list) return;
    if (line.offsetTop < list.scrollTop || line.offsetTop + line.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = line.offsetTop - list.clientHeight / 2;
    }
  }, [now]);
  if (stretches.length === 0 && timeline.atEnd.length === 0) return null;
  return (
    <section class="log">
      <h4>Steps</h4>
      <ol ref={box}>
        {stretches.map((stretch, i) => (
          <li
            key={`${stretch.first} ${stretch.actor} ${i}`}
            class={`${i === now ? 'now' : ''} ${stretch.violations.length > 0 ? 'violating' : ''}`}
          >
            <button
              type="button"
              aria-current={i === now ? 'step' : undefined}
              onClick={() => onSeek(playback.frames.findIndex((frame) => frame.step >= stretch.last) + 1)}
            >
              <span class="number">{stretch.first}</span>
              <span class={`actor ${stretch.actor === 'environment' ? 'fault' : ''}`}>
                {stretch.actor === 'environment' ? '↯' : actorName(stretch.actor)}
              </span>
              <span>
                {tellingEvents(stretch)
                  .map((event) => event.text)
                  .join(', ')}
                {stretch.violations.map((v) => (
                  <b key={v.property}> ◀ here: {v.property}</b>
                ))}
              </span>
            </button>
          </li>
        ))}
        {timeline.atEnd.map((v) => (
          <li key={`${v.property} ${v.message}`} class="violating">
            <button type="button" onClick={() => onSeek(playback.frames.length)}>
              <span class="number">end</span>
              <span />
              <b>◀ here: {v.property}</b>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
