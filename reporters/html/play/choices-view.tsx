/** What can happen next at the step that is shown, as buttons; and what was played, as files. */
import { useEffect, useMemo } from 'preact/hooks';
import { CopyButton } from '../copy-button.tsx';
import { writeFiles } from './export.ts';
import type { Branch, Choice } from './player.ts';
import type { Play } from './use-play.ts';

interface Props {
  readonly play: Play;
  /** The moves up to the step that is shown. */
  readonly moves: readonly number[];
  readonly onPlay: (branch: Branch) => void;
  readonly onBack: () => void;
}

export function ChoicesView({ play, moves, onPlay, onBack }: Props) {
  const { player, branch, recorded } = play;
  const here = useMemo(
    () => [branch, recorded].find((known) => known?.moves === moves) ?? player.play(moves),
    [player, branch, recorded, moves],
  );
  const take = ({ actor }: Choice) => onPlay(player.play([...moves, actor]));
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      const choice = here.choices[Number(event.key) - 1];
      if (/^[1-9]$/.test(event.key) && choice) take(choice);
      else if (event.key === 'Backspace' && branch && moves.length > 0) onPlay(player.play(moves.slice(0, -1)));
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
  return (
    <section class="play" aria-label="play on">
      <h4>{here.choices.length > 0 ? 'What happens next?' : 'Here the run is over'}</h4>
      <ol class="choices">
        {here.choices.map((choice, i) => (
          <li key={choice.actor}>
            <button type="button" class={choice.step ? 'task' : 'fault'} onClick={() => take(choice)}>
              {i < 9 && <kbd>{i + 1}</kbd>} {choice.step ? <b>{choice.name}</b> : <b>⚡ {choice.name} fires</b>}{' '}
              {choice.step && <code>{choice.step}</code>}
            </button>
          </li>
        ))}
      </ol>
      <p class="ways">
        {here.choices.length > 0 && (
          <button type="button" class="quiet" onClick={() => onPlay(player.finish(moves))}>
            run to the end
          </button>
        )}
        {branch && (
          <>
            <button
              type="button"
              class="quiet"
              disabled={moves.length === 0}
              onClick={() => onPlay(player.play(moves.slice(0, -1)))}
            >
              undo (Backspace)
            </button>
            <button type="button" class="quiet" onClick={onBack}>
              back to the recorded run
            </button>
          </>
        )}
      </p>
      {branch && <Export play={play} branch={branch} />}
    </section>
  );
}

/** The branch as files: to be replayed, or kept as a scenario. */
function Export({ play, branch }: { readonly play: Play; readonly branch: Branch }) {
  const files = useMemo(() => writeFiles(play.player.case, branch), [play, branch]);
  return (
    <ul class="export">
      {files.map(({ name, what, text }) => (
        <li key={name}>
          <a download={name} href={`data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`}>
            save {what}
          </a>{' '}
          <CopyButton text={text} />
        </li>
      ))}
    </ul>
  );
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
}
