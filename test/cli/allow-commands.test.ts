/** The commands of a scenario are run when the user allows it, and not otherwise. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { criu } from '../../src/backends/criu/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { runCase } from '../../src/injector/index.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { skipWhereNone } from '../support/available.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { mktrouble } from '../support/program.ts';

describe('--allow-commands', function () {
  this.timeout(300_000);
  this.slow(10_000);
  let folder: Folder;
  let marker: string;
  const subject = () => `scenario: A program\ntree: { pid: 100 }
subject: { command: [sh, -c, "echo > ${marker}; exec sleep 100"] }\nexpect: { coordinator: ok }\n`;

  before(async function () {
    await skipWhereNone(criu, this);
    folder = temporaryFolder({});
    marker = path.join(folder.path, 'marker');
    folder.write('a.yaml', subject());
  });
  after(() => folder?.remove());

  it('is needed: without it nothing is run, the case says so, and the exit code is that of bad input', async () => {
    for (const more of [[], ['--backend', 'criu'], ['--parallel', '2']]) {
      const { code, stdout, stderr } = await mktrouble(['run', 'a.yaml', ...more], { cwd: folder.path });
      assert.equal(code, EXIT.input, stdout + stderr);
      assert.match(stdout, /--allow-commands/);
      assert.match(stdout, /exec sleep 100/);
      assert.ok(!existsSync(marker));
    }
    const fuzz = await mktrouble(['fuzz', 'a.yaml', '--count', '1'], { cwd: folder.path });
    assert.equal(fuzz.code, EXIT.input, fuzz.stdout + fuzz.stderr);
    assert.match(fuzz.stderr, /--allow-commands/);
    const sweep = await mktrouble(['sweep', 'a.yaml', '--count', '1'], { cwd: folder.path });
    assert.equal(sweep.code, EXIT.input, sweep.stdout + sweep.stderr);
    assert.match(sweep.stderr, /--allow-commands/);
    assert.ok(!existsSync(marker));
  });

  it('is needed for an option with which CRIU loads libraries, too', async () => {
    folder.write('library.yaml', 'scenario: A library\ntree: { pid: 100 }\ncriu: { options: { libdir: . } }\n');
    const { code, stdout } = await mktrouble(['run', 'library.yaml'], { cwd: folder.path });
    assert.equal(code, EXIT.input, stdout);
    assert.match(stdout, /--libdir=\./);
  });

  it('shows the commands in a rehearsal, and runs none', async () => {
    const { code, stdout } = await mktrouble(['run', 'a.yaml', '--dry-run', '--allow-commands'], { cwd: folder.path });
    assert.equal(code, EXIT.ok);
    assert.match(stdout, /command: "sh" "-c"/);
    assert.ok(!existsSync(marker));
  });

  it('is an option of the library, and off there too', async () => {
    const c = parseScenarios(subject(), 'a.yaml').cases[0]!;
    const backend = criu();
    const { status, badInput, reason } = await runCase(c, { backend });
    await backend.dispose();
    assert.deepEqual([status, badInput], ['error', true]);
    assert.match(reason ?? '', /--allow-commands/);
    assert.ok(!existsSync(marker));
  });

  it('runs them', async () => {
    const { code, stdout, stderr } = await mktrouble(['run', 'a.yaml', '--allow-commands'], { cwd: folder.path });
    assert.equal(code, EXIT.ok, stdout + stderr);
    assert.ok(existsSync(marker));
  });
});
