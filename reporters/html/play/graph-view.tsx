/** The state graph of a small case: choosing a node plays the steps to it. */
import { useMemo, useState } from 'preact/hooks';
import { count } from '../../words/numbers.ts';
import {
  exploreGraph,
  type GraphEdge,
  type GraphNode,
  keyAfter,
  MAX_NODES,
  MAX_STATES,
  type StateGraph,
} from './graph.ts';
import type { Branch } from './player.ts';
import type { Play } from './use-play.ts';

/** Pixels between the centres of nodes. */
const ACROSS = 26;
const DOWN = 26;
const RADIUS = 6;

interface Props {
  readonly play: Play;
  /** The moves up to the step that is shown. */
  readonly moves: readonly number[];
  readonly onPlay: (branch: Branch) => void;
}

export function GraphView(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details class="graph" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>State graph</summary>
      {open && <Graph {...props} />}
    </details>
  );
}

interface Placed extends GraphNode {
  readonly x: number;
  readonly y: number;
  readonly violated: readonly string[];
}

function Graph({ play, moves, onPlay }: Props) {
  const { player } = play;
  const graph = useMemo(() => exploreGraph(player.machine), [player]);
  const placed = useMemo(() => graph && place(graph, play), [graph, player]);
  const here = useMemo(() => keyAfter(player.machine, moves), [player, moves]);
  if (!graph || !placed) {
    return (
      <p class="muted">
        This case reaches more than {count(MAX_STATES, 'state')} or has more than {count(MAX_NODES, 'node')} to draw.
        Remove a task or a fault from the scenario to browse its graph.
      </p>
    );
  }
  const width = Math.max(...[...placed.values()].map(({ x }) => x)) + ACROSS;
  const height = Math.max(...[...placed.values()].map(({ y }) => y)) + DOWN;
  const choose = (node: Placed) => onPlay(player.play(node.moves));
  return (
    <>
      <p class="muted">
        {count(graph.states, 'state')}; drawn are the start, the ends, and states with a choice. Red ends violate a
        property. Choose a node to play to it.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="scroll" tabIndex={0}>
        <svg width={width} height={height} aria-label="state graph">
          {graph.edges.map((edge) => (
            <Line key={`${edge.from} ${edge.to} ${edge.actor}`} edge={edge} placed={placed} play={play} />
          ))}
          {[...placed.values()].map((node) => (
            // biome-ignore lint/a11y/useSemanticElements: there are no buttons in SVG
            <circle
              key={node.id}
              class={`${node.isEnd ? 'end' : 'state'} ${node.violated.length > 0 ? 'bad' : ''} ${
                node.key === here ? 'here' : ''
              }`}
              cx={node.x}
              cy={node.y}
              r={RADIUS}
              role="button"
              // As SVG spells it: its attributes keep their case.
              tabindex={0}
              aria-label={label(node)}
              onClick={() => choose(node)}
              onKeyDown={(event) => event.key === 'Enter' && choose(node)}
            >
              <title>{label(node)}</title>
            </circle>
          ))}
        </svg>
      </div>
    </>
  );
}

function Line({
  edge,
  placed,
  play,
}: {
  readonly edge: GraphEdge;
  readonly placed: ReadonlyMap<number, Placed>;
  readonly play: Play;
}) {
  const from = placed.get(edge.from)!;
  const to = placed.get(edge.to)!;
  return (
    <line x1={from.x} y1={from.y} x2={to.x} y2={to.y}>
      <title>
        {play.player.machine.actors[edge.actor]}: {count(edge.steps, 'step')}
      </title>
    </line>
  );
}

function label({ isEnd, moves, violated }: Placed): string {
  const what = isEnd ? 'end' : moves.length === 0 ? 'start' : 'state';
  return `${what} after ${count(moves.length, 'step')}${violated.length > 0 ? `, violates ${violated.join(', ')}` : ''}`;
}

/** Nodes in columns by their layer; in a column as near to those that lead to them as there is room. */
function place(graph: StateGraph, { player }: Play): ReadonlyMap<number, Placed> {
  const before = new Map<number, number[]>(graph.nodes.map(({ id }) => [id, []]));
  for (const { from, to } of graph.edges) before.get(to)!.push(from);
  const placed = new Map<number, Placed>();
  const layers = new Map<number, GraphNode[]>();
  for (const node of graph.nodes) layers.set(node.layer, [...(layers.get(node.layer) ?? []), node]);
  for (const [layer, nodes] of [...layers].sort(([a], [b]) => a - b)) {
    const height = ({ id }: GraphNode): number => {
      const ys = before.get(id)!.map((from) => placed.get(from)!.y);
      return ys.length === 0 ? 0 : ys.reduce((sum, y) => sum + y, 0) / ys.length;
    };
    let lowest = 0;
    for (const node of [...nodes].sort((a, b) => height(a) - height(b) || a.id - b.id)) {
      const y = Math.max(lowest + DOWN, height(node));
      lowest = y;
      const violated = node.isEnd ? player.play(node.moves).violations.map(({ property }) => property) : [];
      placed.set(node.id, { ...node, x: (layer + 1) * ACROSS, y, violated: [...new Set(violated)] });
    }
  }
  return placed;
}
