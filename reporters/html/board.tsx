/** The points of the restart, or the stages of a protocol of one's own, as columns, a row for each lane: those that each task has passed, and where it is now. */

import type { TaskId } from '../../src/model/case.ts';
import {
  COORDINATOR_POINT_NAMES,
  COORDINATOR_POINTS,
  type CoordinatorPoint,
  type Point,
  TASK_POINT_NAMES,
  TASK_POINTS,
  type TaskPoint,
} from '../../src/model/points.ts';
import type { Frame, LaneState, Playback, Snapshot } from '../shared/playback.ts';
import { doingSign } from '../words/doing.ts';
import { isSync } from './chart.ts';

interface Props {
  readonly playback: Playback;
  readonly snapshot: Snapshot;
  readonly frame: Frame | undefined;
}

type About = (point: Point) => string | undefined;
const aboutCoordinator: About = (point) => COORDINATOR_POINTS[point as CoordinatorPoint];
const aboutTask: About = (point) => TASK_POINTS[point as TaskPoint];

/** Rows beyond this number are left out; those that act are always there. */
const AT_MOST = 60;

export function Board({ playback, snapshot, frame }: Props) {
  const acting = new Set(frame?.events.map((event) => event.actor));
  const tasks = playback.lanes.filter((id) => id !== 'coordinator');
  const shown = tasks.filter((id, i) => i < AT_MOST || acting.has(id));
  const { own } = playback.record;
  if (own?.stages.length === 0) return null;
  const table = (
    caption: string,
    lanes: readonly TaskId[],
    points: readonly Point[],
    about: About = () => undefined,
  ) => (
    <table>
      <caption class="hidden">{caption}</caption>
      <Head names={points} about={about} />
      <tbody>
        {lanes.map((id) => (
          <Row key={id} id={id} points={points} state={snapshot.lanes.get(id)!} acts={acting.has(id)} />
        ))}
      </tbody>
    </table>
  );
  return (
    <section class="board">
      <h4>{own ? 'Stages' : 'Points'}</h4>
      <div class="scroll">
        {own ? (
          table('stages of all processes', ['coordinator', ...shown], own.stages as readonly Point[])
        ) : (
          <>
            {table('points of the coordinator', ['coordinator'], COORDINATOR_POINT_NAMES, aboutCoordinator)}
            {table('points of the tasks', shown, TASK_POINT_NAMES, aboutTask)}
          </>
        )}
        {shown.length < tasks.length && <p class="muted">… {tasks.length - shown.length} more tasks</p>}
      </div>
    </section>
  );
}

function Head({ names, about }: { readonly names: readonly Point[]; readonly about: About }) {
  return (
    <thead>
      <tr>
        <td />
        {names.map((name) => (
          <th key={name} scope="col" class={isSync(name) ? 'sync' : ''} title={about(name)}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly id: TaskId;
  readonly points: readonly Point[];
  readonly state: LaneState;
  readonly acts: boolean;
}

function Row({ id, points, state, acts }: RowProps) {
  return (
    <tr class={acts ? 'acts' : ''}>
      <th scope="row">{id}</th>
      {points.map((point) => {
        const step = state.arrivals.get(point);
        const here = state.point === point;
        return (
          <td
            key={point}
            class={`${isSync(point) ? 'sync' : ''} ${here ? `here ${state.doing}` : step === undefined ? 'ahead' : 'past'}`}
          >
            {step === undefined ? <span class="muted">·</span> : here ? `${doingSign(state.doing)} ${step}` : step}
          </td>
        );
      })}
    </tr>
  );
}
