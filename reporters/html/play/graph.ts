/**
 * The graph of all states that a small case can reach, for browsing. Steps that change nothing for the other actors are taken at
 * once, as in the search; and of a way without a choice only its ends are drawn.
 */
import type { SimulatedMachine } from '../../../src/backends/simulated/machine.ts';
import { Fingerprint } from '../../../src/explore/fingerprint.ts';

/** A case with more states is not drawn. */
export const MAX_STATES = 4_000;
/** Nor is one of which this many nodes are left. */
export const MAX_NODES = 1_000;

export interface GraphNode {
  readonly id: number;
  /** Of its state; see keyAfter(). */
  readonly key: string;
  /** The moves of a shortest way to it. */
  readonly moves: readonly number[];
  /** Whether no actor can move. */
  readonly isEnd: boolean;
  /** Choices on the longest way to it. */
  readonly layer: number;
}

export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** The actor that moves first on it. */
  readonly actor: number;
  readonly steps: number;
}

export interface StateGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** All states, also those that are not drawn. */
  readonly states: number;
}

interface State {
  readonly key: string;
  readonly words: Int32Array;
  readonly moves: readonly number[];
  next: { readonly actor: number; readonly to: number; readonly moves: number }[];
}

/** What identifies the state after these moves, and after the steps that no other actor notices: equal for equal states. */
export function keyAfter(machine: SimulatedMachine, moves: readonly number[]): string {
  machine.reset();
  for (const actor of moves) machine.step(actor);
  settle(machine, []);
  return keyOfState(machine, new Fingerprint());
}

function keyOfState({ state }: SimulatedMachine, print: Fingerprint): string {
  print.of(state);
  return `${print.high} ${print.low}`;
}

/** Takes the steps that no other actor notices; appends them to `moves`. */
function settle(machine: SimulatedMachine, moves: number[]): number[] {
  for (let actor = machine.firstAlone(); actor >= 0; actor = machine.firstAlone()) {
    moves.push(actor);
    machine.step(actor);
  }
  return moves;
}

/** The graph of a case; undefined for one with too many states. */
export function exploreGraph(machine: SimulatedMachine): StateGraph | undefined {
  const states = collectStates(machine);
  return states && contract(states);
}

function collectStates(machine: SimulatedMachine): State[] | undefined {
  machine.reset();
  const known = new Map<string, number>();
  const states: State[] = [];
  const print = new Fingerprint();
  const enabled = new Int32Array(machine.actors.length);
  const visit = (moves: readonly number[]): number => {
    const key = keyOfState(machine, print);
    let id = known.get(key);
    if (id === undefined) {
      id = states.length;
      known.set(key, id);
      states.push({ key, words: machine.state.slice(), moves, next: [] });
    }
    return id;
  };
  visit(settle(machine, []));
  for (let id = 0; id < states.length; id++) {
    if (states.length > MAX_STATES) return undefined;
    const { words, moves } = states[id]!;
    machine.state.set(words);
    for (const actor of [...enabled.subarray(0, machine.enabled(enabled))]) {
      machine.state.set(words);
      machine.step(actor);
      const after = settle(machine, [...moves, actor]);
      states[id]!.next.push({ actor, to: visit(after), moves: after.length - moves.length });
    }
  }
  machine.reset();
  return states;
}

/** Leaves out the states that have one way in and one way on. */
function contract(states: readonly State[]): StateGraph | undefined {
  const ways = new Int32Array(states.length);
  for (const { next } of states) for (const { to } of next) ways[to]!++;
  const isKept = (id: number): boolean => id === 0 || ways[id] !== 1 || states[id]!.next.length !== 1;
  const kept = states.map((_, id) => id).filter(isKept);
  if (kept.length > MAX_NODES) return undefined;
  const edges = kept.flatMap((from) =>
    states[from]!.next.map(({ actor, to, moves }): GraphEdge => {
      let steps = moves;
      while (!isKept(to)) {
        const [only] = states[to]!.next;
        steps += only!.moves;
        to = only!.to;
      }
      return { from, to, actor, steps };
    }),
  );
  const layers = findLayers(kept, edges);
  const nodes = kept.map((id) => ({
    id,
    key: states[id]!.key,
    moves: states[id]!.moves,
    isEnd: states[id]!.next.length === 0,
    layer: layers.get(id)!,
  }));
  return { nodes, edges, states: states.length };
}

/** By node, the edges on the longest way to it: the graph has no cycles, for no state comes twice on one way. */
function findLayers(nodes: readonly number[], edges: readonly GraphEdge[]): ReadonlyMap<number, number> {
  const layers = new Map(nodes.map((id) => [id, 0]));
  const waiting = new Map(nodes.map((id) => [id, 0]));
  const out = new Map<number, GraphEdge[]>(nodes.map((id) => [id, []]));
  for (const edge of edges) out.get(edge.from)!.push(edge);
  for (const { to } of edges) waiting.set(to, waiting.get(to)! + 1);
  const ready = nodes.filter((id) => waiting.get(id) === 0);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const { to } of out.get(id)!) {
      layers.set(to, Math.max(layers.get(to)!, layers.get(id)! + 1));
      waiting.set(to, waiting.get(to)! - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  return layers;
}
