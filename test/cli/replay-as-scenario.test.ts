/** A finding as a scenario: what `replay --as-scenario` writes loads, runs the one schedule, and says what it is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { simulated } from '../../src/backends/simulated/index.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { main } from '../../src/cli/main.ts';
import { runCase } from '../../src/injector/index.ts';
import { parseReplay, type Replay } from '../../src/injector/replay-file.ts';
import type { Case } from '../../src/model/case.ts';
import { parseScenarios } from '../../src/scenario/index.ts';
import { capture } from '../support/capture.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';

/** A finding whose hunt expects an end of the coordinator. */
const FINDING = readdirSync('docs/findings').find((name) => name.startsWith('27-'))!;
const FILE = path.join('docs/findings', FINDING);

describe('replay --as-scenario', () => {
  let folder: Folder;
  let target: string;
  let text: string;
  let replay: Replay;
  let c: Case;
  before(async () => {
    folder = temporaryFolder({});
    target = path.join(folder.path, 'pinned.yaml');
    const { result } = await capture(() => main(['node', 'mktrouble', 'replay', FILE, '--as-scenario', target]));
    assert.equal(result, EXIT.ok);
    text = readFileSync(target, 'utf8');
    const { cases, diagnostics } = parseScenarios(text, target);
    assert.deepEqual(diagnostics, []);
    c = cases[0]!;
    replay = parseReplay(readFileSync(FILE, 'utf8'), FILE) as Replay;
  });
  after(() => folder.remove());

  it('pins the schedule, and keeps the protocol and what the scenario expects', () => {
    assert.deepEqual(c.explore?.schedule, replay.schedule);
    assert.equal(c.restart.protocol, replay.protocol);
    assert.deepEqual(c.expect.coordinator, replay.case.expect.coordinator);
    assert.ok(c.expect.coordinator.length > 0);
    assert.ok(c.expect.violates.includes(replay.property));
  });

  it('names the file that it came from, and what to change when the defect is repaired', () => {
    const header = text.split('\n').filter((line) => line.startsWith('#'));
    assert.ok(header.some((line) => line.includes(FINDING)));
    assert.ok(header.some((line) => line.includes('violates') && line.includes('explore')));
  });

  it('passes in one run, and fails without the known defect', async () => {
    const verdict = await runCase(c, { backend: simulated() });
    assert.deepEqual([verdict.status, verdict.tried.schedules, verdict.tried.states], ['pass', 1, undefined]);
    const unknown = await runCase({ ...c, expect: { ...c.expect, violates: [] } }, { backend: simulated() });
    assert.ok(unknown.violations.some(({ property }) => property === replay.property));
  });

  it('does not overwrite a file', async () => {
    const { result } = await capture(() => main(['node', 'mktrouble', 'replay', FILE, '--as-scenario', target]));
    assert.notEqual(result, EXIT.ok);
    assert.equal(readFileSync(target, 'utf8'), text);
  });
});
