/** Steps through a record: buttons, a slider, and keys. */
import { useLayoutEffect } from 'preact/hooks';
import type { Playback } from '../shared/playback.ts';
import { frameWords } from '../words/frame.ts';

interface Props {
  readonly playback: Playback;
  /** How many frames are played. */
  readonly at: number;
  readonly onSeek: (to: number) => void;
  /** Moves by this many frames from the current frame, which may not be drawn yet. */
  readonly onMove: (by: number) => void;
  readonly keys: boolean;
}

export function Scrubber({ playback, at, onSeek, onMove, keys }: Props) {
  const { frames, focus, violates } = playback;
  // In place before the next key can come: an effect that waits for the page to be painted would miss keys.
  useLayoutEffect(() => {
    if (!keys) return undefined;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => onMove(-1),
      ArrowRight: () => onMove(1),
      PageUp: () => onMove(-10),
      PageDown: () => onMove(10),
      Home: () => onSeek(0),
      End: () => onSeek(frames.length),
      v: () => onSeek(focus),
    };
    const press = (event: KeyboardEvent) => {
      const act = acts[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [keys, frames, focus, onSeek, onMove]);
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
  const here = [...frame.violations, ...(at === frames.length ? atEnd : [])];
  const violated = here.map((v) => ` ◀ here: ${v.property}`);
  return `step ${frame.step}: ${frameWords(frame)}${violated.join('')}`;
}
