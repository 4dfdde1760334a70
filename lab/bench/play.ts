/** The HTML report played on: one step, as the page makes it (the branch is run again, judged, and its choices listed). */
import { openPacked, type PackedBuild } from '../../reporters/html/play/packed-build.ts';
import { Player } from '../../reporters/html/play/player.ts';
import { Builds } from '../../reporters/listeners/html-builds.ts';
import { openBackend } from '../../src/injector/backends.ts';
import { runCase } from '../../src/injector/index.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { median, type Row, type Section } from './row.ts';

/** Milliseconds of processor time: a reader does not wait for it. */
const LIMIT = 50;

export const play: Section = {
  name: 'play',
  title: 'A step in the playable HTML report',
  async run(smoke) {
    return [await measureStep(3), ...(smoke ? [] : [await measureStep(12)])];
  },
};

async function measureStep(tasks: number): Promise<Row> {
  const children = Array.from({ length: tasks - 1 }, (_, i) => `{ pid: ${101 + i} }`).join(', ');
  const { cases } = parseScenarios(`scenario: Played\ntree: { pid: 100, children: [${children}] }\n`, 'play.yaml');
  const backend = await openBackend('simulated');
  const verdict = await runCase(cases[0]!, { backend });
  await backend.dispose();
  const builds = new Builds();
  const { id, title, position } = cases[0]!;
  builds.add({ kind: 'fail', title, path: [id], position, duration: 0, verdict });
  const packed = new Map(JSON.parse(JSON.stringify([...builds.pack()])) as [string, PackedBuild][]);
  const record = verdict.record!;
  const player = new Player(openPacked(verdict.case!, packed.get(record.protocol)!));
  const moves = player.movesOf(record);
  const times = moves.map((_, at) => {
    const begun = process.cpuUsage();
    player.play(moves.slice(0, at + 1));
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  });
  const slowest = Math.max(...times);
  return {
    name: `the slowest of ${moves.length} steps, ${tasks} tasks`,
    value: Math.round(slowest * 10) / 10,
    unit: 'ms',
    limit: LIMIT,
    detail: `processor time; median ${median(times).toFixed(1)} ms`,
  };
}
