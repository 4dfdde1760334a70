import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import type { EngineCase, EngineRow } from '../../reporters/shared/engines.ts';
import { quoted, regressionCommand, replayCommand } from '../../reporters/shared/replay-command.ts';
import { buildCase, buildRecord, failing, HOSTILE, verdict } from './fixtures/verdicts.ts';

/** The words that a shell makes of a command. */
function words(command: string): string[] {
  const text = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return text.split('\0').slice(0, -1);
}

describe('the command that replays', () => {
  it('names the replay file', () => {
    assert.deepEqual(words(replayCommand(failing({ replay: "it's here/x.replay.yaml" }))), [
      'npx',
      'mktrouble',
      'replay',
      "it's here/x.replay.yaml",
    ]);
  });

  it('names file, case, protocol and the seed of the one run otherwise', () => {
    const command = words(replayCommand(failing()));
    assert.deepEqual(command.slice(0, 4), ['npx', 'mktrouble', 'run', 'scenarios/ptrace/traced.yaml']);
    const option = (name: string): string => command[command.indexOf(name) + 1]!;
    assert.match('A traced descendant [target: 102] @ptrace', new RegExp(option('--grep')));
    assert.equal(option('--seed'), '7/3');
    assert.equal(option('--schedules'), '1');
    assert.equal(option('--protocol'), 'series');
  });

  it('runs the same program, and allows the commands of the case', () => {
    const tool = { name: 'CRIU', version: '4.2', path: '/x y/criu', setting: ['MKTROUBLE_CRIU', '/x y/criu'] } as const;
    const environment = { mktrouble: '1', node: '20', kernel: 'Linux', user: 'root', capabilities: [] };
    const c = buildCase({ subject: { command: ['sleep', '9'], env: {}, files: [], cwd: '.' } });
    const of = failing({ backend: 'criu', case: c, environment: { ...environment, backend: 'criu', tool } });
    const script = `npx() { printf '%s\\0' "$MKTROUBLE_CRIU" "$@"; }; ${replayCommand(of)}`;
    const [criu, ...args] = execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0');
    assert.equal(criu, '/x y/criu');
    assert.ok(args.includes('--allow-commands'));
    assert.ok(!words(replayCommand(failing())).includes('--allow-commands'));
  });

  it('repeats the whole search where no run has a seed of its own', () => {
    const tried = { strategy: 'random', schedules: 500, complete: false } as const;
    const command = words(replayCommand(failing({ tried, record: buildRecord({ seed: null }) })));
    assert.equal(command[command.indexOf('--schedules') + 1], '500');
    assert.equal(command[command.indexOf('--seed') + 1], '7');
  });

  it('names a backend that is not the usual one', () => {
    assert.ok(words(replayCommand(verdict({ backend: 'native' }))).includes('native'));
  });

  it('can be pasted whatever the title', () => {
    const command = replayCommand(failing({ title: HOSTILE }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    assert.doesNotMatch(command, /[\u0000-\u001f]/);
    assert.match(HOSTILE, new RegExp(words(command)[5]!));
  });

  it('property: quoting keeps a word as it is', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((w) => !w.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (list) => {
        assert.deepEqual(words(list.map(quoted).join(' ')), list);
      }),
      { numRuns: 20 },
    );
  });
});

describe('the command that makes a regression small', () => {
  const cell = (project: string, more: Partial<EngineCase>): EngineCase => ({
    ...{ id: 'it', title: 'It', backend: 'criu', result: 'pass', properties: [], isRace: false },
    ...{ project, engine: { flag: '--criu', value: `/${project} build/criu` }, finding: "it.yaml#Two tasks' tree" },
    ...more,
  });
  const row = (was: Partial<EngineCase>, is: Partial<EngineCase>): EngineRow => ({
    ...{ id: 'it', title: 'It', change: 'new' },
    cells: [cell('old', was), cell('between', {}), cell('new', { properties: ['criu-never-crashes'], ...is })],
  });

  const omitEngine = ({ engine: _, ...rest }: EngineCase): EngineCase => rest;

  it('names the case, and the two engines by their flags', () => {
    assert.deepEqual(words(regressionCommand(row({}, {}))!), [
      ...['npx', 'mktrouble', 'export', "it.yaml#Two tasks' tree", '--as', 'scenario'],
      ...['--criu', 'old=/old build/criu', '--criu', 'new=/new build/criu'],
    ]);
  });

  it('is none where the first engine shows something too, or where no flag distinguishes the engines', () => {
    assert.equal(regressionCommand(row({ properties: ['criu-ends-in-time'] }, {})), undefined);
    assert.equal(regressionCommand({ ...row({}, {}), change: 'fixed' }), undefined);
    const unnamed = { ...row({}, {}), cells: row({}, {}).cells.map((one) => one && omitEngine(one)) };
    assert.equal(regressionCommand(unnamed), undefined);
    const runtimes = row(
      { engine: { flag: '--runtime', value: 'runc' } },
      { engine: { flag: '--runtime', value: 'runc' } },
    );
    assert.equal(regressionCommand(runtimes), undefined);
  });
});
