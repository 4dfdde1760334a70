/** Two builds of CRIU in one run, and the commit between them that brought a finding. The builds are wrappers around the CRIU that is here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Criu, locateCriu } from '../../src/backends/criu/locate.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const SCENARIO = `scenario: A tree is restored
tree: { pid: 100, children: [{ pid: 101 }] }
criu: {}
---
scenario: A zombie keeps its exit status
tree: { pid: 100, children: [{ pid: 101, state: zombie, exit-code: 130 }] }
criu: {}
expect: { violates: [restored-tree-matches-dump] }
`;

describe('several engines', function () {
  this.timeout(240_000);
  this.slow(30_000);
  let folder: Folder;
  let criu: Criu;

  before(async function () {
    const found = await locateCriu();
    if (typeof found === 'string') {
      console.log(`      skipped: ${found}`);
      this.skip();
    }
    criu = found;
  });
  beforeEach(() => {
    folder = temporaryFolder({ 'it.yaml': SCENARIO });
  });
  afterEach(() => folder?.remove());

  /** A shell script in place of CRIU: one that works, or one whose restore crashes. */
  const engine = (crashes: boolean): string =>
    `#!/bin/sh\n${crashes ? '[ "$1" = restore ] && kill -SEGV $$\n' : ''}exec ${criu.command.join(' ')} "$@"\n`;
  const at = (name: string): string => path.join(folder.path, name);

  it('run each case once on each, and one report has a column for each', async () => {
    for (const [name, crashes] of [
      ['old', false],
      ['new', true],
    ] as const)
      chmodSync(folder.write(name, engine(crashes)), 0o755);
    const { code, stdout, stderr } = await mktrouble([
      'run',
      at('it.yaml'),
      '--criu',
      `old=${at('old')}`,
      '--criu',
      `new=${at('new')}`,
      '--replays',
      at('replays'),
      '--reporter',
      'spec',
      '--reporter',
      `json=${at('r.json')}`,
      '--reporter',
      `junit=${at('r.xml')}`,
    ]);
    assert.equal(code, EXIT.finding, stderr);
    assert.match(stdout, /old against new: 2 new|old against new: 1 new/);
    const { engines, cases } = JSON.parse(readFileSync(at('r.json'), 'utf8'));
    assert.deepEqual(engines.projects, ['old', 'new']);
    assert.equal(cases.length, 4);
    const tree = engines.cases.find(({ id }: { id: string }) => id.endsWith('#A tree is restored'));
    assert.equal(tree.change, 'new');
    assert.equal(tree.shown.old, 'pass');
    assert.match(tree.shown.new, /criu-never-crashes/);
    assert.match(readFileSync(at('r.xml'), 'utf8'), /name="A tree is restored \(new\)"/);
  });

  it('refuse two of one name, and a program that is not there', async () => {
    for (const second of ['same=4.2.1', 'b=/nonexistent/criu']) {
      const { code } = await mktrouble(['run', at('it.yaml'), '--criu', 'same=4.1.1', '--criu', second]);
      assert.equal(code, EXIT.input, second);
    }
  });

  it('give the smallest scenario of a regression, which fails with one and passes with the other', async () => {
    for (const name of ['old', 'new']) chmodSync(folder.write(name, engine(name === 'new')), 0o755);
    folder.write(
      'large.yaml',
      `scenario: A tree with much in it
tree: { pid: 100, children: [{ pid: 101, resources: [pipe] }, { pid: 102, stopped: true }] }
criu: { namespace: own, rounds: [dump, restore, dump, restore] }
`,
    );
    const engines = (first: string, last: string) => [
      '--criu',
      `${first}=${at(first)}`,
      '--criu',
      `${last}=${at(last)}`,
    ];
    const small = at('small.yaml');
    const written = await mktrouble([
      ...['export', at('large.yaml'), '--as', 'scenario', '--out', small],
      ...engines('old', 'new'),
    ]);
    assert.equal(written.code, EXIT.ok, written.stderr);
    const { cases } = parseScenarios(readFileSync(small, 'utf8'), small);
    assert.deepEqual(
      cases.map(({ tasks, criu: setup }) => [tasks.length, setup?.namespace, setup?.rounds]),
      [[1, 'host', ['dump', 'restore']]],
    );
    assert.equal((await mktrouble(['run', small, '--criu', at('old')])).code, EXIT.ok);
    const { code, stdout } = await mktrouble(['run', small, ...engines('old', 'new')]);
    assert.equal(code, EXIT.finding);
    assert.match(stdout, /export .*small\.yaml#A tree with much in it' --as scenario --criu old=\S+ --criu new=\S+/);

    const swapped = await mktrouble(['export', at('large.yaml'), '--as', 'scenario', ...engines('new', 'old')]);
    assert.equal(swapped.code, EXIT.input);
    assert.match(swapped.stderr, /no regression/);
  });

  describe('bisect', () => {
    const git = (...words: string[]): string =>
      execFileSync('git', ['-C', at('engine'), '-c', 'user.name=it', '-c', 'user.email=it@example.org', ...words], {
        encoding: 'utf8',
      });
    const bisect = (...more: string[]) =>
      mktrouble([
        'bisect',
        `${at('it.yaml')}#A tree is restored`,
        '--repository',
        at('engine'),
        '--engine',
        'criu',
        '--build',
        'sh build.sh',
        ...more,
      ]);

    /** Six commits: the third does not build, the fifth brings the crash. */
    const commit = (): void => {
      folder.write('engine/readme', '');
      execFileSync('git', ['-C', at('engine'), 'init', '--quiet']);
      for (let number = 1; number <= 6; number++) {
        folder.write('engine/source', engine(number >= 5));
        folder.write('engine/build.sh', number === 3 ? 'exit 1\n' : 'cp source criu && chmod +x criu\n');
        folder.write('engine/readme', `${number}\n`);
        git('add', '-A');
        git('commit', '--quiet', '-m', `Change ${number}`);
        git('tag', `v${number}`);
      }
    };

    it('finds the first bad commit, skips what does not build, and leaves the checkout as it was', async () => {
      commit();
      const { code, stdout, stderr } = await bisect('--good', 'v1', '--bad', 'v6');
      assert.equal(code, EXIT.finding, `${stdout}${stderr}`);
      assert.match(stdout, /the first bad commit:\n[0-9a-f]+ Change 5 /);
      assert.equal(git('status', '--porcelain').trim(), '');
      assert.equal(git('worktree', 'list').trim().split('\n').length, 1);
      assert.doesNotMatch(git('for-each-ref'), /bisect/);
    });

    it('names every commit that is left when those between do not build', async () => {
      commit();
      folder.write('broken.sh', 'case $(cat readme) in 1|6) cp source criu && chmod +x criu ;; *) exit 1 ;; esac\n');
      const { code, stdout } = await bisect('--good', 'v1', '--bad', 'v6', '--build', `sh ${at('broken.sh')}`);
      assert.equal(code, EXIT.incomplete, stdout);
      for (const number of [2, 3, 4, 5]) assert.match(stdout, new RegExp(`Change ${number} `));
    });

    it('refuses ends that are not what they are said to be, and commits that are not there', async () => {
      commit();
      for (const [good, bad] of [
        ['v1', 'v2'],
        ['v5', 'v6'],
        ['v1', 'v9'],
      ] as const) {
        const { code, stderr } = await bisect('--good', good, '--bad', bad);
        assert.equal(code, EXIT.input, `${good} ${bad} ${stderr}`);
      }
    });
  });
});
