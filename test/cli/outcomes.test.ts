import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { endingTable } from '../../reporters/words/endings.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { loadScenarios, openBackend, runCase } from '../../src/index.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { keysByHeading, ROOT } from '../support/markdown.ts';

type Plain = Record<string, unknown>;
interface Answer extends Plain {
  readonly complete: boolean;
  readonly states: number;
  readonly outcomes: readonly (Plain & { readonly schedule: string })[];
}

const FILES = {
  'healthy.yaml': 'scenario: Two\ntree: { pid: 100, children: [{ pid: 101 }] }\n',
  'killed.yaml': 'scenario: Killed\ntree: { pid: 100 }\nfaults: [{ kill: 100, when: any }]\n',
  'absent.yaml': 'scenario: Absent\ntree: { pid: 100, absent: true }\n',
  'bogus.yaml': 'scenario: Bogus\ntree: { pid: 100 }\nrestart: { pid: 7 }\n',
  'broken.yaml':
    'scenario: Broken\ntree: { pid: 100 }\nrestart: { debug: true }\nfaults: [{ fail: kmalloc, call: 3 }]\n',
};

describe('mktrouble outcomes', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder(FILES);
  });
  after(() => folder.remove());

  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', 'outcomes', ...args]));
  const answer = async (file: string, ...options: string[]): Promise<Answer> => {
    const { result, stdout } = await command(path.join(folder.path, file), '--json', ...options);
    assert.equal(result, EXIT.ok);
    return JSON.parse(stdout).cases[0];
  };
  it('counts what run and the HTML report count', async function () {
    this.timeout(60_000);
    const file = folder.write(
      'counted.yaml',
      [
        'scenario: One signal\ntree: { pid: 100 }\nrestart: { protocol: series }\nfaults: [{ signal: SIGINT, to: [100, coordinator], when: any }]\nexplore: exhaustive\n',
        'scenario: One kill\ntree: { pid: 100 }\nrestart: { protocol: patch }\nfaults: [{ kill: 100, when: any }]\nexplore: exhaustive\n',
      ].join('---\n'),
    );
    const { stdout } = await command(file, '--json');
    const counted = (JSON.parse(stdout).cases as Answer[]).map(({ outcomes }) => outcomes.length);
    const { cases } = loadScenarios([file]);
    const backend = await openBackend('simulated');
    try {
      for (const [i, c] of cases.entries()) {
        const { tried, endings } = await runCase(c, { backend });
        assert.ok(tried.outcomes! > 1);
        assert.equal(tried.outcomes, counted[i], 'run');
        const rows = endingTable(endings!).rows;
        assert.equal(rows.length, counted[i], 'HTML, a row for each');
        assert.deepEqual(new Set(rows.map(({ outcomes }) => outcomes)), new Set([1]));
      }
    } finally {
      await backend.dispose();
    }
  });

  it('names errnos, as run does', async () => {
    const { stdout } = await command(path.join(folder.path, 'bogus.yaml'));
    assert.match(stdout, /coordinator ESRCH/);
    assert.doesNotMatch(stdout, /returned|with -/);
  });

  const ends = ({ outcomes }: Answer) => outcomes.map(({ schedule: _, ...end }) => JSON.stringify(end)).sort();

  it('says all the ways in which a healthy restart of the hardened protocol ends: one', async () => {
    const { outcomes, complete } = await answer('healthy.yaml', '--protocol', 'hardened');
    assert.ok(complete);
    assert.equal(outcomes.length, 1);
    const { schedule, ...end } = outcomes[0]!;
    assert.deepEqual(end, {
      coordinator: { end: 'returned', result: 0 },
      tasks: {
        100: { end: 'returned', result: 1000, record: 0 },
        101: { end: 'returned', result: 1001, record: 1 },
      },
      restores: [
        [100, 0],
        [101, 1],
      ],
      context: { references: 0 },
      findings: [],
    });
    assert.match(schedule, /^\d+: |^coordinator: /);
  });

  it('names the tasks that wait and where, and those without a result', async () => {
    const [only] = (await answer('absent.yaml')).outcomes;
    assert.deepEqual(only!['coordinator'], { end: 'waiting', at: 'wait' });
    assert.deepEqual(only!['tasks'], { 100: { end: 'untouched' } });
    const killed = (await answer('killed.yaml')).outcomes.map(({ tasks }) => JSON.stringify(tasks));
    assert.ok(killed.includes('{"100":{"end":"killed"}}'), killed.join());
  });

  it('finds the same without reduction, in more states', async () => {
    const [reduced, full] = [await answer('killed.yaml'), await answer('killed.yaml', '--full')];
    assert.deepEqual(ends(reduced), ends(full));
    assert.ok(reduced.states < full.states);
  });

  it('says when it gave up', async () => {
    const { result, stdout } = await command(path.join(folder.path, 'healthy.yaml'), '--json', '--max-states', '10');
    assert.equal(result, EXIT.incomplete);
    assert.equal(JSON.parse(stdout).cases[0].complete, false);
  });

  it('says the same in words', async () => {
    const { result, stdout } = await command(path.join(folder.path, 'healthy.yaml'));
    assert.equal(result, EXIT.ok);
    for (const words of ['2 outcomes', 'get_active_pid', '100 from 0']) assert.ok(stdout.includes(words), words);
  });

  it('has the keys that docs/outcomes.md names, and no others', async () => {
    const documented = keysByHeading(readFileSync(path.join(ROOT, 'docs/outcomes.md'), 'utf8'));
    const { stdout } = await command(folder.path, '--json');
    const document = JSON.parse(stdout) as Plain & { cases: Answer[] };
    const outcomes: Plain[] = document.cases.flatMap((one) => one.outcomes);
    const actual: Record<string, Plain[]> = {
      'The document': [document],
      'A case': document.cases,
      'An outcome': outcomes,
      'How a task ended': outcomes.flatMap(({ coordinator, tasks }) => [
        coordinator as Plain,
        ...(Object.values(tasks as Plain) as Plain[]),
      ]),
      'A finding': outcomes.flatMap(({ findings }) => findings as Plain[]),
    };
    assert.deepEqual([...documented.keys()].sort(), Object.keys(actual).sort());
    for (const [heading, objects] of Object.entries(actual)) {
      const keys = new Set(objects.flatMap((one) => Object.keys(one)));
      assert.deepEqual([...keys].sort(), documented.get(heading)!.sort(), heading);
    }
  });
});
