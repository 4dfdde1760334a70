/** `run --update`, as laws: the case is green afterwards, a second update changes nothing, and nothing but `expect` changed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

const TREE = 'tree: { pid: 100, children: [{ pid: 101 }, { pid: 102 }] }';
/** Searched as a whole in no time. */
const SMALL = 'tree: { pid: 100, children: [{ pid: 101 }] }';

/** Scenarios whose expectations are wrong, each with what its section becomes. */
const WRONG: Readonly<Record<string, readonly [before: string, after: RegExp]>> = {
  'a wrong result': [
    `${TREE}\nrestart: { protocol: hardened }\nexpect: { coordinator: EBUSY } # why\n`,
    /^expect: \{ coordinator: ok \} # why$/m,
  ],
  'a search with several results': [
    `${SMALL}\nrestart: { protocol: hardened }\nfaults: [{ kill: 101, when: any }]\nexplore: exhaustive\nexpect:\n  coordinator: ok # all\n`,
    /^ {2}coordinator: \[ok, .*ESRCH.*\] # all$/m,
  ],
  'one task of all': [
    `${TREE}\nrestart: { protocol: hardened }\nfaults: [{ kill: 102, when: { task: 102, at: resume } }]\nexpect:\n  tasks:\n    all: resumed\n`,
    /^ {4}all: resumed\n {4}102: killed$/m,
  ],
  'cases of a matrix that end differently': [
    `${TREE}\nrestart: { protocol: hardened }\nmatrix: { at: [claim, wait] }\nfaults: [{ kill: coordinator, when: { coordinator: "\${{ matrix.at }}" } }]\nexpect: { coordinator: ok }\n`,
    /coordinator: /,
  ],
  'a known defect that does not show': [
    `${TREE}\nrestart: { protocol: hardened }\nexpect:\n  coordinator: ok\n  violates: [restores-in-order] # gone\n`,
    /coordinator: ok\n$/,
  ],
};

describe('run --update', function () {
  this.timeout(120_000);
  this.slow(10_000);
  let folder: Folder;
  const read = () => readFileSync(path.join(folder.path, 'a.yaml'), 'utf8');
  const run = (...args: string[]) => mktrouble(['run', 'a.yaml', ...args], { cwd: folder.path });
  const OTHER = `scenario: Other\n${TREE}\nrestart: { protocol: hardened }\nexpect: { coordinator: ok }\n`;

  afterEach(() => folder.remove());

  for (const [name, [wrong, right]] of Object.entries(WRONG)) {
    it(name, async () => {
      const before = `# a file\nscenario: A\n${wrong}---\n${OTHER}`;
      folder = temporaryFolder({ 'a.yaml': before });
      const first = await run('--update', '--yes');
      const after = read();
      assert.equal(first.code, EXIT.ok, first.stdout + first.stderr);
      const [scenario, other] = after.split('---\n');
      assert.match(scenario!, right);
      assert.equal(other, OTHER);
      const start = before.indexOf('expect:');
      assert.equal(after.slice(0, start), before.slice(0, start));
      const second = await run('--update', '--yes');
      // Green, and as it was.
      assert.equal(second.code, EXIT.ok, second.stdout);
      assert.equal(read(), after);
    });
  }

  const VIOLATING = `scenario: A\n${SMALL}\nrestart: { protocol: patch }\nfaults: [{ signal: SIGUSR1, to: 101, when: any }]\nexplore: exhaustive\nexpect: { coordinator: EBUSY }\n`;

  it('a violated property stays a finding, unless the user says that it is known', async () => {
    folder = temporaryFolder({ 'a.yaml': VIOLATING });
    assert.equal((await run('--update', '--yes')).code, EXIT.finding);
    assert.equal(read(), VIOLATING);
    const accepted = await run('--update', '--yes', '--accept-violations');
    assert.equal(accepted.code, EXIT.ok, accepted.stderr);
    assert.match(read(), /violates: \[.*no-kernel-defect/);
    assert.equal((await run()).code, EXIT.ok, 'green afterwards');
  });

  it('writes nothing without --yes where no one can answer, and is refused in CI and under another protocol', async () => {
    const wrong = `scenario: A\n${TREE}\nrestart: { protocol: hardened }\nexpect: { coordinator: EBUSY }\n`;
    folder = temporaryFolder({ 'a.yaml': wrong });
    const shown = await run('--update');
    assert.equal(shown.code, EXIT.finding);
    assert.match(shown.stdout, /^-expect: \{ coordinator: EBUSY \}\n\+expect: \{ coordinator: ok \}$/m);
    const inCi = await mktrouble(['run', 'a.yaml', '--update', '--yes'], { cwd: folder.path, env: { CI: 'true' } });
    assert.equal(inCi.code, EXIT.input);
    assert.equal((await run('--update', '--yes', '--protocol', 'patch')).code, EXIT.input);
    for (const words of [['--yes'], ['--update', '--watch']]) {
      const { result } = await capture(() => main(['node', 'mktrouble', 'run', folder.path, ...words]));
      assert.equal(result, EXIT.input);
    }
    assert.equal(read(), wrong);
  });

  it('a scenario that ends otherwise only when another file changes is left alone', async () => {
    const text = `scenario: A\n${TREE}\nrestart: { protocol: hardened }\nmatrix: { e: [EBUSY, EINTR] }\nexpect: { coordinator: "\${{ matrix.e }}" }\n`;
    folder = temporaryFolder({ 'a.yaml': text });
    const refused = await run('--update', '--yes');
    assert.equal(refused.code, EXIT.finding);
    assert.match(refused.stderr, /matrix/);
    assert.equal(read(), text);
  });
});
