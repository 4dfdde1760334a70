/** Steps through a record: buttons, a slider, and keys. */
import { useEffect } from 'preact/hooks';
import { actorName, describe } from '../shared/describe.ts';
import type { Playback } from './playback.ts';

interface Props {
  readonly playback: Playback;
  /** How many frames are played. */
  readonly at: number;
  readonly onSeek: (played: number) => void;
  readonly keys: boolean;
}

export function Scrubber({ playback, at, onSeek, keys }: Props) {
  const { frames, focus, violates } = playback;
  useEffect(() => {
    if (!keys) return undefined;
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      PageUp: at - 10,
      PageDown: at + 10,
      Home: 0,
      End: frames.length,
      v: focus,
    };
    const press = (event: KeyboardEvent) => {
      const to = moves[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      event.preventDefault();
      onSeek(to);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  const words = wordsAt(playback, at);
  const button = (label: string, sign: string, to: number) => (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={to < 0 || to > frames.length || to === at}
      onClick={() => onSeek(to)}
    >
      {sign}
    </button>
  );
  return (
    <div class="scrubber">
      <div class="buttons">
        {button('to the start (Home)', '|◀', 0)}
        {button('a step back (←)', '◀', at - 1)}
        {button('a step on (→)', '▶', at + 1)}
        {button('to the end (End)', '▶|', frames.length)}
        <button type="button" class="to-violation" disabled={!violates || at === focus} onClick={() => onSeek(focus)}>
          to the violation (v)
        </button>
      </div>
      <div class="track">
        <input
          type="range"
          min={0}
          max={frames.length}
          value={at}
          aria-label="step"
          aria-valuetext={words}
          onInput={(event) => onSeek(Number(event.currentTarget.value))}
        />
        {frames.map((frame, i) =>
          frame.violations.length > 0 ? (
            <i
              key={frame.step}
              class="flag"
              style={{ left: `${(100 * (i + 1)) / frames.length}%` }}
              title={`step ${frame.step} violates`}
            />
          ) : null,
        )}
      </div>
      <output class={words.includes('◀ here') ? 'now violating' : 'now'}>{words}</output>
    </div>
  );
}

/** Fields have their own use for keys; the list of cases for those that go up and down in it. */
function isTaken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)) return true;
  return target.closest('.list') !== null && !['ArrowLeft', 'ArrowRight', 'v'].includes(key);
}

function wordsAt({ frames, atEnd }: Playback, at: number): string {
  const frame = frames[at - 1];
  if (!frame) return frames.length === 0 ? 'nothing happened' : 'before the first step';
  const what = frame.events.map((event) =>
    event.actor === 'environment' ? describe(event) : `${actorName(event.actor)} ${describe(event)}`,
  );
  const here = [...frame.violations, ...(at === frames.length ? atEnd : [])];
  const violated = here.map((v) => ` ◀ here: ${v.property}`);
  return `step ${frame.step}: ${what.join(', ')}${violated.join('')}`;
}
