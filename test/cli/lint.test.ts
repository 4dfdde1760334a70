import assert from 'node:assert/strict';
import path from 'node:path';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { ROOT } from '../support/markdown.ts';

/** Each line with `#!` is one that lint must name, by this rule. */
const DOUBTFUL = `scenario: Never comes
tree: { pid: 100, children: [{ pid: 101 }] }
faults:
  - kill: 101 #! fault-never-fires
    when: { coordinator: release }
  - { kill: coordinator, name: late, when: { task: 101, at: exit } } #! fault-never-fires
  - { fail: kmalloc, call: 99 } #! fault-never-fires
restart: { protocol: hardened }
expect:
  coordinator: EINVAL
image: { truncate: header }
---
scenario: Whatever happens
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, state: dead }] }
restart: { protocol: hardened }
expect:
  coordinator: [ok, blocked, EPERM, ESRCH, EINTR, EIO, EBADF, ENOMEM, EBUSY, EINVAL] #! expectation-cannot-fail
  tasks:
    100: [resumed, killed, waiting] #! expectation-cannot-fail
    101: [resumed, killed, { waiting: sync-3 }]
    102: untouched #! expectation-cannot-fail
---
scenario: Values that change nothing
tree: { pid: 100 }
image: { corrupt: { object: header, at: "\${{ matrix.at }}" } }
restart: { protocol: hardened }
matrix: #! dead-matrix-value
  unused: [1, 2]
  at: [1, 2]
expect: { coordinator: EINVAL }
---
scenario: First
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
expect: { coordinator: ok }
---
scenario: Under another name #! duplicate-scenario
why: because
tree: { pid: 100, children: [{ pid: 101, name: other }] }
restart: { protocol: hardened }
expect: { coordinator: ok }
---
scenario: Not quite the same
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
expect: { coordinator: [ok, EINTR] }
`;

describe('mktrouble lint', () => {
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'doubtful.yaml': DOUBTFUL });
  });
  after(() => folder.remove());
  const command = (...args: string[]) => capture(() => main(['node', 'mktrouble', 'lint', ...args]));

  it('names what says nothing, at its place, and nothing else', async () => {
    const { result, stdout } = await command(path.join(folder.path, 'doubtful.yaml'), '--json');
    assert.equal(result, EXIT.finding);
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const expected = DOUBTFUL.split('\n').flatMap((line, i) => {
      const rule = /#! (\S+)/.exec(line)?.[1];
      return rule === undefined ? [] : [`${i + 1} ${rule}`];
    });
    assert.deepEqual(
      found.map(({ rule, position }) => `${position.line} ${rule}`),
      expected,
    );
  });

  it('shows the lines, and counts', async () => {
    const { stdout } = await command(path.join(folder.path, 'doubtful.yaml'));
    assert.match(stdout, /doubtful\.yaml:4:\d+: warning: .*kill-1.*\(fault-never-fires\)/);
    assert.match(stdout, /> 4 \| {3}- kill: 101/);
    assert.match(stdout, /\d+ warnings\n$/);
  });

  it('lets a line say that it is meant', async () => {
    const meant = DOUBTFUL.replaceAll('#! ', '# lint: ');
    const { result, stdout } = await command(folder.write('meant.yaml', meant));
    assert.equal(result, EXIT.ok, stdout);
  });

  it('reports a line that accepts a rule that does not exist, at the rule, and what it does not accept', async () => {
    const meant = DOUBTFUL.replaceAll('#! ', '# lint: ').replace('lint: fault-never-fires', 'lint: fault-never-fire');
    const file = folder.write('misspelt.yaml', meant);
    const { result, stdout } = await command(file, '--json');
    assert.equal(result, EXIT.finding);
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const column = meant.split('\n')[3]!.indexOf('fault-never-fire') + 1;
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['fault-never-fires', 'unknown-rule'],
    );
    assert.deepEqual(found[1].position, { file: path.relative(process.cwd(), file), line: 4, column });
    assert.match(found[1].hint, /fault-never-fires/);
  });

  it('has nothing to say about scenarios that ship', async () => {
    const folders = ['signals', 'memory', 'ptrace', 'criu'].map((name) => path.join(ROOT, 'scenarios', name));
    const { result, stdout } = await command(...folders);
    assert.equal(result, EXIT.ok, stdout);
  });
});
