/** The timeline in words, one line a turn; the one that holds the step shown is marked. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Violation } from '../../src/record/verdict.ts';
import type { Playback } from '../shared/playback.ts';
import { buildTimeline, type Turn, tellingEffects } from '../shared/timeline.ts';
import { actorName } from '../words/events.ts';

interface Props {
  readonly playback: Playback;
  readonly at: number;
  readonly violations: readonly Violation[];
  readonly onSeek: (played: number) => void;
}

export function LogView({ playback, at, violations, onSeek }: Props) {
  const timeline = useMemo(() => buildTimeline(playback.record, { violations }), [playback, violations]);
  const turns = useMemo(() => timeline.rows.filter((row): row is Turn => row.kind === 'turn'), [timeline]);
  const step = at === 0 ? 0 : playback.frames[at - 1]!.step;
  const now = turns.findLastIndex((turn) => turn.first <= step);
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('.now');
    const list = box.current;
    if (!line || !list) return;
    if (line.offsetTop < list.scrollTop || line.offsetTop + line.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = line.offsetTop - list.clientHeight / 2;
    }
  }, [now]);
  if (turns.length === 0 && timeline.atEnd.length === 0) return null;
  return (
    <section class="log">
      <h4>Steps</h4>
      <ol ref={box}>
        {turns.map((turn, i) => (
          <li
            key={`${turn.first} ${turn.actor} ${i}`}
            class={`${i === now ? 'now' : ''} ${turn.violations.length > 0 ? 'violating' : ''}`}
          >
            <button
              type="button"
              aria-current={i === now ? 'step' : undefined}
              onClick={() => onSeek(playback.frames.findIndex((frame) => frame.step >= turn.last) + 1)}
            >
              <span class="number">{turn.first}</span>
              <span class={`actor ${turn.actor === 'environment' ? 'fault' : ''}`}>
                {turn.actor === 'environment' ? '↯' : actorName(turn.actor)}
              </span>
              <span>
                {tellingEffects(turn)
                  .map((effect) => effect.text)
                  .join(', ')}
                {turn.violations.map((v) => (
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
