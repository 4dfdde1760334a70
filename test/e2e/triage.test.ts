import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

/** A case that fails with one defect, and one that fails with another. */
const BOUNDS = 'scenario: Bounds\ntree: { pid: 100 }\nexplore: exhaustive\nexpect: { all: [no-kernel-defect] }\n';
const TURNS = `scenario: Turns
tree: { pid: 100, children: [{ pid: 101 }] }
faults: [{ signal: SIGUSR1, to: [100, 101] }]
explore: exhaustive
expect: { all: [turns-in-order] }
`;

describe('mktrouble triage, and run --fail-on new', function () {
  this.timeout(300_000);
  this.slow(20_000);
  let folder: Folder;
  let known: string;
  const at = (...args: string[]) => mktrouble(args, { cwd: folder.path });
  const setStates = (state: string) =>
    writeFileSync(known, readFileSync(known, 'utf8').replaceAll(/state: \w+/g, `state: ${state}`));

  beforeEach(async () => {
    folder = temporaryFolder({ 'scenarios/a.yaml': BOUNDS });
    known = path.join(folder.path, 'mktrouble.known.yaml');
    await at('run', '-r', 'json=one.json');
    assert.equal((await at('triage', 'one.json', '--update')).code, EXIT.ok);
  });
  afterEach(() => folder.remove());

  it('adds what is new, which counts until it is reviewed; another defect counts then, too', async () => {
    assert.match(readFileSync(known, 'utf8'), /property: no-kernel-defect[\s\S]*place: get_active_pid/);
    assert.equal((await at('run', '--fail-on', 'new')).code, EXIT.finding);
    assert.equal((await at('lint')).code, EXIT.finding);
    setStates('known');
    assert.equal((await at('run', '--fail-on', 'new')).code, EXIT.ok);
    assert.equal((await at('run')).code, EXIT.finding);
    folder.write('scenarios/b.yaml', TURNS);
    const { code, stdout } = await at('run', '--fail-on', 'new', '--parallel', '2', '-r', 'spec', '-r', 'junit=j.xml');
    assert.equal(code, EXIT.finding);
    assert.match(stdout, /known defect no-kernel-defect-[0-9a-f]{10}/);
    assert.match(stdout, /new defect [0-9a-f]{10}: turns-in-order/);
    const junit = readFileSync(path.join(folder.path, 'j.xml'), 'utf8');
    assert.match(junit, /\[\[PROPERTY\|signature=[0-9a-f]{10}\]\]/);
    assert.match(junit, /\[\[PROPERTY\|defect-state=known\]\]/);
  });

  it('marks a defect fixed that none of its cases shows any more, and new when it shows again', async () => {
    setStates('known');
    folder.write('scenarios/a.yaml', `${BOUNDS}restart: { protocol: hardened }\n`);
    await at('run', '-r', 'json=two.json');
    assert.equal((await at('triage', 'two.json', '--update')).code, EXIT.ok);
    assert.match(readFileSync(known, 'utf8'), /state: fixed/);
    folder.write('scenarios/a.yaml', BOUNDS);
    assert.equal((await at('run', '--fail-on', 'new')).code, EXIT.finding);
    assert.equal((await at('triage', 'one.json')).code, EXIT.finding);
    await at('triage', 'one.json', '--update');
    assert.match(readFileSync(known, 'utf8'), /state: new/);
  });

  it('does not take a case that did not run for one that shows nothing', async () => {
    setStates('known');
    folder.write('scenarios/b.yaml', BOUNDS.replace('Bounds', 'Other'));
    await at('run', 'scenarios/b.yaml', '-p', 'hardened', '-r', 'json=two.json');
    await at('triage', 'two.json', '--update');
    assert.match(readFileSync(known, 'utf8'), /state: known/);
  });

  it('lets a scenario expect one defect, and not just any violation of the property', async () => {
    setStates('known');
    const name = /^ {2}(\S+):$/m.exec(readFileSync(known, 'utf8'))![1]!;
    const expecting = (text: string, property: string) =>
      text.replace('{ all', `{ violates: [{ property: ${property}, defect: ${name} }], all`);
    folder.write('scenarios/a.yaml', expecting(BOUNDS, 'no-kernel-defect'));
    assert.equal((await at('run')).code, EXIT.ok);
    const other = 'restart: { debug: true }\nfaults: [{ fail: kmalloc, task: 100 }]\n';
    folder.write('scenarios/a.yaml', expecting(BOUNDS.replace('explore: exhaustive\n', other), 'no-kernel-defect'));
    assert.equal((await at('run')).code, EXIT.finding);
  });

  it('refuses a file with mistakes, with their places', async () => {
    setStates('maybe');
    for (const args of [['run'], ['lint'], ['triage', 'one.json']]) {
      const { code, stderr } = await at(...args);
      assert.equal(code, EXIT.input, args.join());
      assert.match(stderr, /mktrouble\.known\.yaml:\d+:\d+/);
    }
  });
});
