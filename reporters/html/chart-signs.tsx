/** The arrows of a chart, and what its signs mean. */
import { type Arrow, NOTES, type NoteKind } from './chart.ts';

/** Pixels: a frame's width, and the height of a lane's bar. */
export const FRAME = 26;
export const BAR = 20;

/** Arrows of one frame stand beside each other. */
const SHIFT = { mark: -7, wake: 1, activate: 6, signal: 3, fork: -2, frozen: 0, fault: 0 } as const;

export function ArrowSign({
  arrow,
  from,
  to,
}: {
  readonly arrow: Arrow;
  readonly from: number | undefined;
  readonly to: number | undefined;
}) {
  if (from === undefined || to === undefined) return null;
  const x = arrow.frame * FRAME + FRAME / 2 + SHIFT[arrow.kind];
  const down = to > from;
  const end = to + (down ? -BAR / 2 - 1 : BAR / 2 + 1);
  const start = arrow.kind === 'fault' ? from : from + (down ? BAR / 2 : -BAR / 2);
  return (
    <g class={`arrow ${arrow.kind}`} data-arrow={arrow.kind}>
      <title>{`${arrow.from} → ${arrow.to}: ${arrow.kind}${arrow.text === '' ? '' : ` ${arrow.text}`}`}</title>
      <line x1={x} x2={x} y1={start} y2={end} />
      <Head kind={arrow.kind} x={x} y={end} down={down} />
      {arrow.text !== '' && (
        <text x={x + 5} y={arrow.kind === 'fault' ? from + 8 : (start + end) / 2 + 4}>
          {arrow.kind === 'fault' ? `↯ ${arrow.text}` : arrow.text}
        </text>
      )}
    </g>
  );
}

function Head({
  kind,
  x,
  y,
  down,
}: {
  readonly kind: Arrow['kind'];
  readonly x: number;
  readonly y: number;
  readonly down: boolean;
}) {
  const s = down ? -1 : 1;
  if (kind === 'mark') return <path d={`M${x} ${y} l-3.5 ${s * 4} l3.5 ${s * 4} l3.5 ${-s * 4} z`} />;
  if (kind === 'fork') return <circle cx={x} cy={y + s * 3} r={3} />;
  if (kind === 'wake') return <path class="open" d={`M${x - 4} ${y + s * 6} L${x} ${y} L${x + 4} ${y + s * 6}`} />;
  return <path d={`M${x} ${y} l-4.5 ${s * 8} h9 z`} />;
}

export function Patterns() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </defs>
  );
}

export function Legend() {
  const entries: [string, string][] = [
    ['bar runs', 'runs'],
    ['bar sleeps', 'waits'],
    ['bar frozen', 'frozen'],
    ['thin outside', 'outside of restart'],
    ['thin resumed', 'user space'],
  ];
  const arrows: [Arrow['kind'], string][] = [
    ['mark', 'marks'],
    ['wake', 'wakes'],
    ['activate', 'activates'],
    ['signal', 'signals, kills'],
    ['fault', 'fault'],
    ['fork', 'forks'],
  ];
  const notes: [NoteKind, string][] = [
    ['error', 'records the error'],
    ['late-error', 'an error too late'],
    ['interrupted', 'wait ended by a signal'],
    ['restored', 'restored'],
    ['success', 'success'],
    ['return', 'restart returns'],
    ['exit', 'dies'],
    ['finding', 'kernel defect'],
  ];
  return (
    <details class="legend">
      <summary>What the signs mean</summary>
      <ul>
        {entries.map(([name, words]) => (
          <li key={name}>
            <svg width="34" height="20" aria-hidden="true">
              {name.startsWith('thin') ? (
                <line class={name} x1={0} x2={34} y1={10} y2={10} />
              ) : (
                <g class={name}>
                  <rect x={1} y={2} width={32} height={16} rx={3} />
                  {name.endsWith('sleeps') && <rect class="hatch" x={1} y={2} width={32} height={16} rx={3} />}
                </g>
              )}
            </svg>
            {words}
          </li>
        ))}
        {arrows.map(([kind, words]) => (
          <li key={kind}>
            <svg width="14" height="22" aria-hidden="true">
              <g class={`arrow ${kind}`}>
                <line x1={7} x2={7} y1={0} y2={20} />
                <Head kind={kind} x={7} y={20} down />
              </g>
            </svg>
            {words}
          </li>
        ))}
        {notes.map(([kind, words]) => (
          <li key={kind}>
            <b class={`note ${kind}`}>{NOTES[kind]}</b> {words}
          </li>
        ))}
      </ul>
    </details>
  );
}
