/** Playing a case on, as the page of the HTML report does. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual as same } from 'node:util';
import { writeFiles } from '../../../reporters/html/play/export.ts';
import { exploreGraph } from '../../../reporters/html/play/graph.ts';
import { isDeepStrictEqual } from '../../../reporters/html/play/node-util.ts';
import { openPacked, type PackedBuild } from '../../../reporters/html/play/packed-build.ts';
import { type Branch, Player } from '../../../reporters/html/play/player.ts';
import { Builds } from '../../../reporters/listeners/html-builds.ts';
import { openMachine } from '../../../src/backends/simulated/open.ts';
import { searchAll } from '../../../src/explore/index.ts';
import { openBackend } from '../../../src/injector/backends.ts';
import { runCase } from '../../../src/injector/index.ts';
import { underProtocol } from '../../../src/injector/judge.ts';
import { parseReplay } from '../../../src/injector/replay-file.ts';
import { protocolNamed } from '../../../src/protocol/stacks.ts';
import { parseScenarios } from '../../../src/scenario/index.ts';
import type { RealRun } from '../fixtures/real.ts';
import { resultFor } from '../fixtures/results.ts';

const SCENARIOS = `
scenario: nothing is wrong
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
---
scenario: a task is killed
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
faults: [{ kill: 101, when: { task: 101, at: sync-2 } }]
---
scenario: a signal wakes the coordinator
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }
faults: [{ signal: SIGUSR1, to: coordinator, when: { coordinator: wait } }]
`;

/** One run of each under each protocol. */
async function runAll(): Promise<RealRun[]> {
  const backend = await openBackend('simulated');
  const { cases, diagnostics } = parseScenarios(SCENARIOS, 'play.yaml');
  assert.deepEqual(diagnostics, []);
  const runs: RealRun[] = [];
  for (const protocol of ['series', 'hardened'])
    for (const c of cases) runs.push({ c, verdict: await runCase(underProtocol(c, protocol), { backend, seed: '1' }) });
  await backend.dispose();
  return runs;
}

/** The builds of these runs, as a report holds them: through JSON. */
function packBuilds(runs: readonly RealRun[]): ReadonlyMap<string, PackedBuild> {
  const builds = new Builds();
  for (const { verdict } of runs) builds.add(resultFor(verdict));
  return new Map(JSON.parse(JSON.stringify([...builds.pack()])) as [string, PackedBuild][]);
}

describe('playing a case on', () => {
  let runs: RealRun[];
  let players: { readonly run: RealRun; readonly player: Player }[];

  before(async () => {
    runs = await runAll();
    const builds = packBuilds(runs);
    players = runs.map((run) => {
      const record = run.verdict.record!;
      return { run, player: new Player(openPacked(run.verdict.case!, builds.get(record.protocol)!)) };
    });
  });

  it('repeats the recorded run: same record, same violations', () => {
    for (const { run, player } of players) {
      const record = run.verdict.record!;
      const branch = player.play(player.movesOf(record));
      assert.deepEqual(branch.record.events, record.events);
      assert.deepEqual(branch.record.final, record.final);
      const expected = [...run.verdict.violations, ...run.verdict.known].filter(
        ({ property }) => property !== 'fault-never-fired',
      );
      assert.deepEqual(
        branch.violations.map(({ property }) => property),
        expected.map(({ property }) => property),
      );
      assert.deepEqual(branch.choices, []);
    }
  });

  it('offers at each step the actors that the machine can move, and goes where they lead', () => {
    const { run, player } = players.find(({ run }) => run.c.faults.length > 0)!;
    const moves = player.movesOf(run.verdict.record!);
    const machine = openMachine(run.verdict.case!, protocolNamed(run.verdict.protocol)!);
    const enabled = new Int32Array(machine.actors.length);
    for (let at = 0; at < moves.length; at += 7) {
      machine.reset();
      for (const actor of moves.slice(0, at)) machine.step(actor);
      const expected = [...enabled.subarray(0, machine.enabled(enabled))];
      const { choices, record: before } = player.play(moves.slice(0, at));
      assert.deepEqual(
        choices.map(({ actor }) => actor),
        expected,
      );
      assert.equal(before.end, 'cut');
      for (const { actor } of choices) {
        const { record } = player.play([...moves.slice(0, at), actor]);
        assert.deepEqual(
          record.events.filter(({ step }) => step <= at),
          before.events,
        );
      }
    }
  });

  it('ends from any step', () => {
    for (const { run, player } of players) {
      const moves = player.movesOf(run.verdict.record!);
      const branch = player.finish(moves.slice(0, moves.length / 2));
      assert.equal(branch.record.end, 'over');
      assert.deepEqual(branch.moves.slice(0, Math.floor(moves.length / 2)), moves.slice(0, moves.length / 2));
    }
  });

  describe('a branch as a file', () => {
    const failing = (): { readonly player: Player; readonly branch: Branch } => {
      const { run, player } = players.find(({ run }) => run.verdict.violations.length > 0)!;
      return { player, branch: player.play(player.movesOf(run.verdict.record!)) };
    };

    it('is a replay file with the same case and schedule', () => {
      const { player, branch } = failing();
      const file = writeFiles(player.case, branch).find(({ name }) => name.endsWith('.replay.yaml'))!;
      const replay = parseReplay(file.text, file.name);
      assert.ok(typeof replay !== 'string', String(replay));
      assert.deepEqual(replay.schedule, branch.record.schedule);
      assert.equal(replay.property, branch.violations[0]!.property);
      assert.equal(replay.protocol, branch.record.protocol);
      assert.deepEqual(replay.case.tasks, player.case.tasks);
      assert.deepEqual(replay.case.faults, player.case.faults);
    });

    it('is a scenario that passes, for it expects what the branch shows', async () => {
      const backend = await openBackend('simulated');
      for (const { player, branch } of [
        failing(),
        ...players.map(({ player }) => ({ player, branch: player.finish([]) })),
      ]) {
        const file = writeFiles(player.case, branch).at(-1)!;
        const { cases, diagnostics } = parseScenarios(file.text, file.name);
        assert.deepEqual(diagnostics, []);
        const verdict = await runCase(cases[0]!, { backend });
        assert.equal(verdict.status, 'pass', JSON.stringify(verdict.violations));
        assert.deepEqual(
          new Set(verdict.known.map(({ property }) => property)),
          new Set(branch.violations.map(({ property }) => property).filter((name) => name !== 'expectation')),
        );
      }
      await backend.dispose();
    });
  });

  describe('the graph of states', () => {
    it('has the states and the outcomes of the exhaustive search', () => {
      const { run } = players.find(({ run }) => run.c.faults.length === 0)!;
      const c = run.verdict.case!;
      const { tasks } = c;
      const small = {
        ...c,
        tasks: tasks.slice(0, 1),
        image: { ...c.image, pids: tasks.slice(0, 1).map(({ pid }) => pid), nrTasks: 1 },
      };
      const build = packBuilds(runs).get(run.verdict.protocol)!;
      const machine = openPacked(small, build);
      const graph = exploreGraph(machine)!;
      const result = searchAll(openMachine(small, protocolNamed(run.verdict.protocol)!));
      assert.ok(result.complete);
      assert.equal(graph.states, result.states);
      const ends = new Set(
        graph.nodes
          .filter(({ isEnd }) => isEnd)
          .map(({ moves }) => {
            machine.reset();
            for (const actor of moves) machine.step(actor);
            return JSON.stringify(machine.outcome());
          }),
      );
      assert.deepEqual(ends, new Set(result.endings.map(({ outcome }) => JSON.stringify(outcome))));
      const ids = new Set(graph.nodes.map(({ id }) => id));
      for (const { from, to } of graph.edges) {
        assert.ok(ids.has(from) && ids.has(to));
        const layer = (id: number): number => graph.nodes.find((node) => node.id === id)!.layer;
        assert.ok(layer(from) < layer(to));
      }
    });
  });

  it('keeps the builds of failed cases before those of others, and not without limit', () => {
    const builds = new Builds();
    const [run] = runs.filter(({ verdict }) => verdict.violations.length === 0);
    const named = (protocol: string, more: object) =>
      resultFor({ ...run!.verdict, protocol, record: { ...run!.verdict.record!, protocol }, ...more });
    const others = [
      'patch',
      'no-thread-sync',
      'no-root-check',
      'last-error-wins',
      'no-frozen-flag',
      'root-starts-early',
    ];
    for (const protocol of [...others, 'no-attach-check', 'no-kill-on-failure', 'tasks-take-context'])
      builds.add(named(protocol, {}));
    builds.add(named('series', { violations: [{ property: 'expectation', message: 'other' }] }));
    const kept = [...builds.pack().keys()];
    assert.equal(kept[0], 'series');
    assert.equal(kept.length, 8);
  });
});

describe('equality of values, as browsers have it', () => {
  it('is that of node:util', () => {
    const values = [
      1,
      '1',
      null,
      true,
      [],
      {},
      [1],
      { a: 1 },
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { a: [1] },
      { a: undefined },
      { b: undefined },
    ];
    for (const a of values)
      for (const b of values)
        assert.equal(isDeepStrictEqual(a, b), same(a, b), `${JSON.stringify(a)} ${JSON.stringify(b)}`);
  });
});
