/** The task tree, each task with its state at the step shown. */
import type { Case, TaskId } from '../../src/model/case.ts';
import type { Frame, LaneState, Playback, Snapshot } from '../shared/playback.ts';
import { groupChildren, type TreeNode } from '../shared/tree-nodes.ts';
import { isMissingInImage, taskWords } from '../words/case.ts';
import { ownWords } from '../words/context.ts';
import { doingSign, doingWords } from '../words/doing.ts';
import { coordinatorEnd, taskEnd } from '../words/endings.ts';
import { describe, findTarget } from '../words/events.ts';

interface Props {
  readonly c: Case | undefined;
  readonly playback: Playback;
  readonly snapshot: Snapshot;
  readonly frame: Frame | undefined;
  /** Whether all is played: then the ends are shown. */
  readonly ended: boolean;
}

/** More tasks than this are counted instead of drawn. */
const AT_MOST = 300;

export function TreeView({ c, playback, snapshot, frame, ended }: Props) {
  const below = groupChildren(c, playback.lanes);
  let left = AT_MOST;
  const branch = (tasks: readonly TreeNode[]) =>
    tasks.length === 0 ? null : (
      <ul>
        {tasks.map((node) => {
          left -= 1;
          return left < 0 ? null : (
            <li key={node.pid}>
              <Lane
                id={node.pid}
                state={snapshot.lanes.get(node.pid)}
                words={
                  node.task
                    ? [...taskWords(node.task), ...(c && isMissingInImage(c, node.task) ? ['not in the image'] : [])]
                    : []
                }
                frame={frame}
                end={ended ? taskEnd(playback.record.final.tasks[node.pid]) : undefined}
              />
              {branch(below.get(node.pid) ?? [])}
            </li>
          );
        })}
      </ul>
    );
  const drawn = branch(below.get('coordinator') ?? []);
  return (
    <section class="tree">
      <h4>Tree</h4>
      <Lane
        id="coordinator"
        name={playback.record.criu ? 'CRIU' : 'coordinator'}
        state={snapshot.lanes.get('coordinator')}
        words={[]}
        frame={frame}
        end={ended ? coordinatorEnd(playback.record.final.coordinator) : undefined}
      />
      {drawn}
      {left < 0 && <p class="muted">… {-left} more tasks</p>}
    </section>
  );
}

interface LaneProps {
  readonly id: TaskId;
  /** Where it is not that of its pid. */
  readonly name?: string;
  readonly state: LaneState | undefined;
  readonly words: readonly string[];
  readonly frame: Frame | undefined;
  readonly end: string | undefined;
}

function Lane({ id, name = String(id), state, words, frame, end }: LaneProps) {
  if (!state) {
    return (
      <div class="task never">
        <b>{name}</b> <span class="muted">never took part</span>
      </div>
    );
  }
  const acts = frame?.events.some((event) => event.actor === id);
  const hit = frame?.events.filter((event) => findTarget(event) === id && event.actor !== id) ?? [];
  return (
    <div
      class={`task ${state.doing} ${acts ? 'acts' : ''} ${hit.length > 0 ? 'hit' : ''} ${end === 'failed' || end?.startsWith('returned E') ? 'refused' : ''}`}
      data-task={id}
    >
      <span class="sign" aria-hidden="true">
        {doingSign(state.doing)}
      </span>
      <b>{name}</b>
      {state.marked && (
        <span class="mark" title="has the restart's context">
          ctx
        </span>
      )}
      <span class="doing">{end ?? doingWords(state)}</span>
      {state.words.size > 0 && <span class="muted">{ownWords(state).join(', ')}</span>}
      {state.record !== undefined && <span class="muted">record {state.record}</span>}
      {words.length > 0 && <span class="muted">{words.join(', ')}</span>}
      {hit.map((event) => (
        <em key={event.kind}>
          ← {event.actor === 'environment' ? describe(event) : `${event.actor} ${withoutActor(describe(event), id)}`}
        </em>
      ))}
    </div>
  );
}

/** `wakes 101` beside 101 is just `wakes it`. */
function withoutActor(text: string, id: TaskId): string {
  return text.replace(new RegExp(`\\b${id}\\b`), 'it');
}
